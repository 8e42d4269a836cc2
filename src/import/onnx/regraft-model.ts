import { z } from 'zod';
import { cutAt } from '../../onnx/cut.ts';
import type { GraphNode, Model, ValueInfo } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/infer-shapes.ts';
import { renameTensor } from '../../onnx/rename.ts';
import type { KnownPreprocess } from '../../shared/preprocess.ts';
import type { KnownTap } from '../imported-network.ts';
import { invalidNetwork } from './draft.ts';

/** The network inside a model that Regraft made. */
export interface RegraftNetwork {
  /** Ends with the taps that the model's heads read; what follows them, and what makes views of a photo, is gone. */
  readonly model: Model;
  readonly preprocess: KnownPreprocess;
  /** Those taps, with the tensors that they average. */
  readonly taps: readonly KnownTap[];
}

const fit = z.object({
  width: z.int(),
  height: z.int(),
  resize: z.enum(['stretch', 'crop']),
  crop: z.number(),
  kernel: z.enum(['bilinear-antialias', 'bicubic-antialias']),
});
const names = z.object({ taps: z.array(z.string()).min(1) });

/**
 * Takes the network out of a model file of Regraft, fine-tuned or not, so that others can be trained on it; undefined for any other file.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` for a model without a network, and for damaged metadata.
 */
export function takeRegraftNetwork(file: Model, source: string): RegraftNetwork | undefined {
  const { metadata } = file;
  if (metadata['regraft.schema'] === undefined) return undefined;
  const { kernel, ...preprocess } = parse(fit, metadata['regraft.preprocess'], source);
  const tuned = metadata['regraft.fine-tuned'];
  const wanted = [
    ...parse(names, metadata['regraft.backbone'], source).taps,
    ...(tuned === undefined ? [] : parse(names, tuned, source).taps),
  ];
  const whole = withoutViews(file);
  const shapes = inferShapes(whole);
  const makers = new Map(
    whole.graph.nodes.flatMap((node, place) => node.outputs.map((name) => [name, { node, place }] as const)),
  );
  const found = wanted
    .flatMap((name) => {
      const maker = makers.get(name);
      const size = shapes.get(name)?.dims.at(-1);
      return maker === undefined || typeof size !== 'number' ? [] : [{ name, size, ...maker }];
    })
    .sort((a, b) => a.place - b.place);
  if (found.length < wanted.length) {
    throw invalidNetwork(source, `the tensors ${wanted.join(', ')}`, `${found.length} of them`);
  }
  const outputs = found.map(({ name, size }): ValueInfo => ({ name, type: 'float32', dims: ['N', size] }));
  return {
    model: { ...cutAt(whole, outputs), metadata: {} },
    preprocess: { ...preprocess, kernel: kernel === 'bicubic-antialias' ? 'bicubic' : 'bilinear' },
    taps: found.map(({ name, size, node }) => ({ name, size, ...averaged(name, node) })),
  };
}

/** What a tap averages, so that it is the end of a block again; else the tap itself. */
function averaged(name: string, { op, inputs, attributes }: GraphNode): Pick<KnownTap, 'tensor' | 'axes'> {
  const axes = attributes.axes;
  const [tensor] = inputs;
  if (op !== 'ReduceMean' || tensor === undefined || axes === undefined || !('ints' in axes)) {
    return { tensor: name, axes: [] };
  }
  return { tensor, axes: axes.ints };
}

/** Lets the network read the photo where it reads several views of it. */
function withoutViews(model: Model): Model {
  const { graph } = model;
  const [image] = graph.inputs;
  const joint = graph.nodes.find(
    ({ op, outputs }) => op === 'Concat' && /^image\/views(_\d+)?$/.test(outputs[0] ?? ''),
  );
  if (model.metadata['regraft.views'] === undefined || joint === undefined || image === undefined) {
    return model;
  }
  const rest = { ...graph, nodes: graph.nodes.filter((node) => node !== joint) };
  return { ...model, graph: renameTensor(rest, joint.outputs[0] ?? '', image.name) };
}

function parse<T>(schema: z.ZodType<T>, text: string | undefined, source: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    value = undefined;
  }
  if (value === null) {
    throw invalidNetwork(
      source,
      'a network',
      'a head alone, which was trained on bottleneck files',
      'Train a model on photos, and give that one.',
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidNetwork(source, 'the metadata of a Regraft model', 'damaged ones', 'Copy the file again.');
}
