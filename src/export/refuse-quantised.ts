import { RegraftError } from '../errors.ts';
import { isOperator } from '../onnx/attributes.ts';
import type { Model } from '../onnx/graph.ts';

/**
 * Refuses a model whose network computes on 8-bit integers already.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function refuseQuantised({ graph }: Model, format: string): void {
  if (!graph.nodes.some((node) => isOperator(node, 'QuantizeLinear', 'QLinearConv'))) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected a network in floating point for ${format} but found one that computes on 8-bit integers already.`,
    {
      hint: 'This form would make the file no smaller and no faster. For a network in floating point: regraft train <photos> --form float32.',
    },
  );
}
