import type { Backbone } from '../backbone/backbone.ts';
import type { FittedHead } from '../head/head.ts';
import { headNodes } from '../head/head-nodes.ts';
import { append } from '../onnx/append.ts';
import { attachViews } from '../onnx/attach-views.ts';
import { averageViews } from '../onnx/average-views.ts';
import { batchOf } from '../onnx/batch-of.ts';
import { floats, node } from '../onnx/build.ts';
import { cutAt } from '../onnx/cut.ts';
import type { GraphNode, Model, Tensor, ValueInfo } from '../onnx/graph.ts';
import type { PhotoView } from '../shared/photo-view.ts';
import { unknownMethod, type UnknownScore } from '../unknown/unknown-model.ts';
import { unknownNodes } from '../unknown/unknown-nodes.ts';
import { formatMetadata, type ModelMetadata } from './metadata.ts';
import { probabilitiesOutput, unknownOutput } from './output-names.ts';
import { describePhotoFit } from './photo-fit.ts';

/** A trained head with its calibration. */
export interface CalibratedHead extends Pick<FittedHead, 'before' | 'weights' | 'bias'> {
  readonly labels: readonly string[];
  /** Divides the logits. */
  readonly temperature: number;
  /** With several labels a photo: a photo shows a class whose probability is at least this, `[classes]`. Absent: one label. */
  readonly thresholds?: readonly number[] | undefined;
  /** What tells photos of none of the labels; absent: nothing does. */
  readonly unknown?: UnknownScore | undefined;
  /** A second head, on other taps of the same network, whose logits are added. */
  readonly beside?: HeadBeside | undefined;
  /** What of the network was fine-tuned. */
  readonly fineTuned?: ModelMetadata['fineTuned'];
}

/** A head whose logits are added to those of another. */
export interface HeadBeside extends Pick<FittedHead, 'before' | 'weights' | 'bias'> {
  /** The taps that it reads, in the order of its columns. */
  readonly taps: readonly string[];
}

export { probabilitiesOutput, unknownOutput };

/**
 * Joins a network and a head into the model file's graph: `image`, uint8 RGB `[N, height, width, 3]`, to calibrated
 * `probabilities` `[N, classes]` and, if the head has it, the score `unknown` `[N]`, by ONNX's standard operators only.
 *
 * @param taps - The taps whose values the head was trained on, in the order of its columns.
 * @param views - What the network looks at of each photo; the taps are averaged over them.
 */
export function buildClassifier(
  backbone: Backbone,
  taps: readonly string[],
  head: CalibratedHead,
  views: readonly PhotoView[] = ['whole'],
): Model {
  const viewed = attachViews(backbone.model, views);
  const features = headFeatures(backbone, taps, views.length, 'head/');
  const beside = head.beside && besideGraph(backbone, head.beside, views.length);
  const { nodes, initializers, outputs } = headGraph(features.name, head, batchOf(viewed));
  const whole = append(viewed, {
    nodes: [...features.nodes, ...(beside?.nodes ?? []), ...nodes],
    initializers: new Map([...features.initializers, ...(beside?.initializers ?? []), ...initializers]),
    outputs,
  });
  return {
    ...cutAt(whole, outputs),
    metadata: formatMetadata({
      labels: head.labels,
      preprocess: describePhotoFit(backbone.preprocess),
      backbone: { id: backbone.id, sha256: backbone.sha256, form: backbone.form, taps: [...taps] },
      calibration: { temperature: head.temperature },
      views,
      thresholds: head.thresholds,
      unknown: describeUnknown(head),
      fineTuned: head.fineTuned,
    }),
  };
}

/** What the names of the second head's tensors begin with, and the tensor of its logits. */
const besidePrefix = 'beside/';
const besideLogits = `${besidePrefix}logits`;

/** The second head, from its taps to its logits. */
function besideGraph(
  backbone: Backbone,
  { taps, ...head }: HeadBeside,
  views: number,
): Pick<HeadGraph, 'nodes' | 'initializers'> {
  const features = headFeatures(backbone, taps, views, besidePrefix);
  const { nodes, initializers } = headNodes(head, features.name, besideLogits, besidePrefix);
  return {
    nodes: [...features.nodes, ...nodes],
    initializers: new Map([...features.initializers, ...initializers]),
  };
}

/** The taps side by side, averaged over the views; the names of new tensors begin with the prefix. */
function headFeatures(
  backbone: Backbone,
  taps: readonly string[],
  views: number,
  prefix: string,
): Pick<HeadGraph, 'nodes' | 'initializers'> & { readonly name: string } {
  const [first = ''] = taps;
  const joined = taps.length === 1 ? first : `${prefix}features`;
  const join = taps.length === 1 ? [] : [node('Concat', taps, [joined], { axis: { int: 1 } })];
  if (views === 1) return { name: joined, nodes: join, initializers: new Map() };
  const name = `${prefix}averaged`;
  const sizes = taps.map((tap) => backbone.taps.find((known) => known.name === tap)?.size ?? 0);
  const size = sizes.reduce((sum, columns) => sum + columns, 0);
  const { nodes, initializers } = averageViews(joined, views, size, name);
  return { name, nodes: [...join, ...nodes], initializers };
}

/** The model of a head alone: `features`, float32 `[N, size]`, to calibrated `probabilities` `[N, classes]` and the score `unknown`. */
export function buildHeadOnly(featureSize: number, head: CalibratedHead): Model {
  const { nodes, initializers, outputs } = headGraph('features', head, 'N');
  return {
    opset: 17,
    metadata: formatMetadata({
      labels: head.labels,
      preprocess: null,
      backbone: { id: 'bottlenecks', sha256: null, form: null, taps: ['bottleneck'] },
      calibration: { temperature: head.temperature },
      thresholds: head.thresholds,
      unknown: describeUnknown(head),
    }),
    graph: {
      name: 'head',
      nodes,
      initializers,
      inputs: [{ name: 'features', type: 'float32', dims: ['N', featureSize] }],
      outputs,
    },
  };
}

interface HeadGraph {
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly outputs: readonly ValueInfo[];
}

function headGraph(features: string, head: CalibratedHead, batch: ReturnType<typeof batchOf>): HeadGraph {
  const own = head.beside === undefined ? 'head/logits' : 'head/own';
  const { nodes, initializers } = headNodes(head, features, own);
  const sum = head.beside === undefined ? [] : [node('Add', [own, besideLogits], ['head/logits'])];
  const unknown = head.unknown && unknownNodes(head.unknown.model, features, unknownOutput);
  return {
    nodes: [
      ...nodes,
      ...sum,
      node('Div', ['head/logits', 'head/temperature'], ['head/calibrated']),
      head.thresholds === undefined
        ? node('Softmax', ['head/calibrated'], [probabilitiesOutput], { axis: { int: 1 } })
        : node('Sigmoid', ['head/calibrated'], [probabilitiesOutput]),
      ...(unknown?.nodes ?? []),
    ],
    initializers: new Map([
      ...initializers,
      ['head/temperature', floats([], [head.temperature])],
      ...(unknown?.initializers ?? []),
    ]),
    outputs: [
      { name: probabilitiesOutput, type: 'float32', dims: [batch, head.labels.length] },
      ...(unknown === undefined ? [] : [{ name: unknownOutput, type: 'float32', dims: [batch] } as const]),
    ],
  };
}

function describeUnknown({ unknown }: CalibratedHead): ModelMetadata['unknown'] {
  if (unknown === undefined) return null;
  const { threshold, falseRejection } = unknown;
  return { method: unknownMethod, threshold, falseRejection };
}
