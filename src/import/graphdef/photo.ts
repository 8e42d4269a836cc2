/**
 * The photo on its way into the network, while the graph only decodes, resizes and scales it: all that our own decoder does, so that nothing
 * of it is written.
 */
export interface Photo {
  readonly kind: 'photo';
  /** Name of the tensor. */
  readonly name: string;
  /** 3 before a batch is made of it. */
  readonly rank: 3 | 4;
  /** `[height, width]` where the graph says it. */
  readonly size?: readonly [number, number];
  /** True when the graph itself resizes: bilinear, both sides on their own. */
  readonly resized: boolean;
  /** How levels of 0 to 255 have become numbers, `level · factor + term` for red, green and blue; absent where the graph takes numbers that are scaled already. */
  readonly scaling?: PhotoScaling;
}

/** `level · factor + term` for each channel. */
export interface PhotoScaling {
  readonly factor: readonly number[];
  readonly term: readonly number[];
}

/** The scaling of levels as they are decoded. */
export const levels: PhotoScaling = { factor: [1, 1, 1], term: [0, 0, 0] };
