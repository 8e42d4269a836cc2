import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { openSessions } from '../../runtime/session-pool.ts';
import type { Model, Tensor } from '../graph.ts';
import { ModelProtoSchema, ValueInfoProtoSchema } from '../proto/onnx_pb.ts';
import { encodeModel } from '../write.ts';

/** Runs a graph in onnxruntime and gives its outputs. */
export async function runModel(
  model: Model,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  await using sessions = await openSessions(encodeModel(model), { workers: 1 });
  return await sessions.run(feeds);
}

/** Runs a graph in onnxruntime and gives every tensor that its nodes make; no type or shape is told beforehand. */
export async function runForEveryTensor(
  model: Model,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const names = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== '')));
  const proto = fromBinary(ModelProtoSchema, encodeModel(model));
  if (proto.graph) proto.graph.output = [...names].map((name) => create(ValueInfoProtoSchema, { name }));
  await using sessions = await openSessions(toBinary(ModelProtoSchema, proto), { workers: 1 });
  return await sessions.run(feeds);
}
