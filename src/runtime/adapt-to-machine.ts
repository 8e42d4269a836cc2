import type { GraphNode, Model, Tensor } from '../onnx/graph.ts';
import { encodeModel } from '../onnx/write.ts';
import { selfTestModel, selfTestPixels } from './int8-self-test.ts';
import type { WorkerThread } from './session-worker-thread.ts';
import { widenHalves } from './widen-halves.ts';

let int8IsExact: Promise<boolean> | undefined;

/**
 * Gives a graph the form that is fastest on this machine with the very same results: quantised weights, which travel as uint8, become
 * int8 where a self-test shows that this processor's kernels are exact (those of x86 processors with AVX2 but without VNNI saturate). Half
 * precision, which processors compute nothing in, becomes single precision.
 */
export async function adaptToMachine(given: Model, thread: WorkerThread): Promise<Model> {
  const model = widenHalves(given);
  if (quantisedWeights(model).size === 0) return model;
  int8IsExact ??= int8KernelsAreExact(thread).catch((error: unknown) => {
    // A failure says nothing about the processor: the next session tests again.
    int8IsExact = undefined;
    throw error;
  });
  return (await int8IsExact) ? withInt8Weights(model) : model;
}

/** Runs the same convolutions with uint8 and with int8 weights on extreme values and tells whether all results are equal. */
export async function int8KernelsAreExact(thread: WorkerThread): Promise<boolean> {
  const uint8 = selfTestModel();
  const [expected, actual] = [await runOnce(thread, uint8), await runOnce(thread, withInt8Weights(uint8))];
  return Object.keys(expected).every((name) => equalTensors(expected[name], actual[name]));
}

/** Shifts every quantised convolution weight and its zero point from uint8 to int8: the same numbers, another storage. */
export function withInt8Weights(model: Model): Model {
  const weights = quantisedWeights(model);
  const initializers = new Map(model.graph.initializers);
  for (const name of weights) {
    const tensor = initializers.get(name);
    if (tensor !== undefined) initializers.set(name, shiftToInt8(tensor));
  }
  return { ...model, graph: { ...model.graph, initializers } };
}

// The names of the weights and zero points behind each uint8 DequantizeLinear that feeds a convolution's weight input.
function quantisedWeights({ graph }: Model): Set<string> {
  const makers = new Map<string, GraphNode>(
    graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])),
  );
  const names = new Set<string>();
  for (const conv of graph.nodes) {
    const dequantize = conv.op === 'Conv' ? makers.get(conv.inputs[1] ?? '') : undefined;
    if (dequantize?.op !== 'DequantizeLinear') continue;
    const [weight = '', , zeroPoint = ''] = dequantize.inputs;
    if (
      graph.initializers.get(weight)?.type !== 'uint8' ||
      graph.initializers.get(zeroPoint)?.type !== 'uint8'
    ) {
      continue;
    }
    names.add(weight).add(zeroPoint);
  }
  return names;
}

function shiftToInt8({ dims, data }: Tensor): Tensor {
  const shifted = new Int8Array(data.length);
  for (let index = 0; index < shifted.length; index++) shifted[index] = Number(data[index]) - 128;
  return { type: 'int8', dims, data: shifted };
}

const selfTestSession = -1;

async function runOnce(thread: WorkerThread, model: Model): Promise<Readonly<Record<string, Tensor>>> {
  await thread.ask({ type: 'open', session: selfTestSession, model: encodeModel(model) });
  const outputs = await thread.ask({ type: 'run', session: selfTestSession, feeds: { x: selfTestPixels() } });
  await thread.ask({ type: 'close', session: selfTestSession });
  return outputs;
}

function equalTensors(a: Tensor | undefined, b: Tensor | undefined): boolean {
  return (
    a !== undefined &&
    b?.data.length === a.data.length &&
    a.data.every((value, index) => value === b.data[index])
  );
}
