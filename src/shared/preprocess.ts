/** How a photo becomes the rectangle of pixels that a network looks at. Bound to the network, never an option of a training. */
export interface PhotoFit {
  readonly width: number;
  readonly height: number;
  /**
   * `stretch`: the whole photo, both sides scaled on their own.
   * `crop`: scaled so that the rectangle, divided by `crop`, just fits into the photo, then its middle is cut out.
   */
  readonly resize: 'stretch' | 'crop';
  /** The share of the scaled photo's sides (with the resize `crop`, of its shorter side) that is kept, above 0 and at most 1: the middle. */
  readonly crop: number;
  /** The filter that scales, with antialias where it shrinks; `bicubic` is Catmull-Rom's (a = −0.5), as in Pillow. */
  readonly kernel: 'bilinear' | 'bicubic';
}

/** How 8-bit pixels become a network's numbers: `(pixel − mean) / std` for each channel. */
export interface PixelScaling {
  /** The order in which the network takes the channels. */
  readonly order: 'RGB' | 'BGR';
  /** Of red, green and blue, whatever the order; in levels of 0 to 255. */
  readonly mean: readonly [number, number, number];
  /** Of red, green and blue; in levels, none is 0. */
  readonly std: readonly [number, number, number];
}

/** What a network's own files say about its input; what they leave open is absent. */
export interface KnownPreprocess extends Partial<PhotoFit> {
  readonly scaling?: PixelScaling;
}
