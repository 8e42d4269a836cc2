import { intAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { type TensorFacts, wrapAxis } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';

const sameShape: ShapeRule = (_, [x]) => [x && { type: x.type, dims: x.dims }];

/** Normalisations, softmax and dropout: the shape stays. */
export const normalisationRules: Readonly<Record<string, ShapeRule>> = {
  BatchNormalization: sameShape,
  InstanceNormalization: sameShape,
  LRN: sameShape,
  LpNormalization: sameShape,
  MeanVarianceNormalization: sameShape,
  Softmax: sameShape,
  LogSoftmax: sameShape,
  Hardmax: sameShape,
  LayerNormalization: layerNormalization,
  Dropout: (_, [x]) => [x && { type: x.type, dims: x.dims }, x && { type: 'bool', dims: x.dims }],
};

function layerNormalization(node: GraphNode, [x]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined) return [];
  const axis = wrapAxis(intAttribute(node, 'axis', -1), x.dims.length);
  const statistics: TensorFacts = { type: x.type, dims: x.dims.map((dim, at) => (at < axis ? dim : 1)) };
  return [{ type: x.type, dims: x.dims }, statistics, statistics];
}
