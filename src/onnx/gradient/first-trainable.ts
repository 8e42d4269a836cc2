import { RegraftError } from '../../errors.ts';
import type { Model } from '../graph.ts';
import { backward } from './backward.ts';

/**
 * Tells from which tensor on a network can be trained.
 *
 * @param tensors - Names of tensors in order from the image to the loss, such as the ends of blocks.
 * @returns The first of them from which on every node to the loss is differentiable; undefined when there is none.
 */
export function firstTrainable(model: Model, tensors: readonly string[], loss: string): string | undefined {
  return tensors.find((tensor) => {
    try {
      return backward(model, loss, [tensor]).gradients.has(tensor);
    } catch (error) {
      if (error instanceof RegraftError && error.code === 'NOT_DIFFERENTIABLE') return false;
      throw error;
    }
  });
}
