import type { Model } from '../onnx/graph.ts';
import type { NumericForm } from '../onnx/numeric-form.ts';
import type { PhotoFit, PixelScaling } from '../shared/preprocess.ts';

/** A tensor of a network whose global average is a feature vector. */
export interface Tap {
  readonly name: string;
  /** Length of the feature vector. */
  readonly size: number;
}

/**
 * A pretrained network as Regraft uses it: an ONNX graph with the input `image`, uint8 RGB `[N, height, width, 3]`, and one
 * output for each tap, float32 `[N, size]`, named as the tap. The last tap is the classic bottleneck.
 */
export interface Backbone {
  readonly id: string;
  /** SHA-256 of the weights file: the network's identity. */
  readonly sha256: string;
  readonly form: NumericForm;
  readonly preprocess: PhotoFit;
  /** How pixels become the network's numbers, inside the graph; undefined when it takes them as they are. */
  readonly scaling?: PixelScaling | undefined;
  /** Names what else makes features differ: photo fit, pixel scaling and taps. Part of a store's name, so letters, digits and `-` only. */
  readonly variant: string;
  readonly taps: readonly Tap[];
  readonly model: Model;
}
