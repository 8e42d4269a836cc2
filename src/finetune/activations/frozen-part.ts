import { cutAt } from '../../onnx/cut.ts';
import type { Model } from '../../onnx/graph.ts';
import type { CutNetwork } from '../cut/cut-network.ts';

/** The frozen part of a network with its activation as the only output: its taps are in the feature store. */
export function frozenPart({ frozen, activation }: CutNetwork): Model {
  return cutAt(
    frozen,
    frozen.graph.outputs.filter(({ name }) => name === activation.name),
  );
}
