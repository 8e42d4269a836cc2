import type { Model } from '../onnx/graph.ts';
import type { NumericForm } from '../onnx/numeric-form.ts';
import type { KnownPreprocess } from '../shared/preprocess.ts';

/** A tensor whose average is a feature, as a file names it. */
export interface KnownTap {
  readonly name: string;
  /** Length of the feature. */
  readonly size: number;
  readonly tensor: string;
  /** The axes over which it is averaged; none for a tensor `[N, size]`. */
  readonly axes: readonly number[];
}

/** A pretrained network as every importer gives it, whatever its file format. */
export interface ImportedNetwork {
  /**
   * ONNX's standard operators of set 17. One input, float32 or uint8, `['N', 3, H, W]` or `['N', H, W, 3]` by `layout`; `H` and `W` are
   * numbers, or strings where the file leaves the size open. The batch is the symbol `N`, or the number 1 for a network
   * that was exported for one photo and could not be opened. Outputs are the file's own, in its order.
   * A uint8 input takes pixels as they are: the scaling is inside.
   */
  readonly model: Model;
  readonly layout: 'NCHW' | 'NHWC';
  /** `uint8` when activations are quantised, else `float32`. */
  readonly form: NumericForm;
  /** Only what the file says itself; nothing is guessed. */
  readonly preprocess: KnownPreprocess;
  /** Taps that the file itself names, from the image to the end. */
  readonly taps?: readonly KnownTap[];
  /** Names of the classes, in the order of the first output, where the file holds them. */
  readonly labels?: readonly string[];
}
