import type { Model } from '../onnx/graph.ts';
import type { NumericForm } from '../onnx/numeric-form.ts';

/** How pixels become a network's input. Bound to the network, never an option. */
export interface Preprocess {
  readonly width: number;
  readonly height: number;
  /** `stretch`: the whole photo, both sides scaled on their own. */
  readonly resize: 'stretch';
}

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
  readonly preprocess: Preprocess;
  readonly taps: readonly Tap[];
  readonly model: Model;
}
