import type { Tap } from '../backbone.ts';

/** A tap with the tensor of the network that it averages. */
export interface TapSource extends Tap {
  readonly tensor: string;
  /** The axes over which it averages: those of space, or of tokens; none for a tensor `[N, size]`. */
  readonly axes: readonly number[];
}

/** A tap that was found in a network, with its tensor's shape. */
export interface FoundTap extends TapSource {
  readonly dims: readonly (number | string)[];
}
