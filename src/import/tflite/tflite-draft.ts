import type { NumericForm } from '../../onnx/numeric-form.ts';
import type { Tensor } from '../../onnx/graph.ts';
import type { Dim, Draft, Value } from '../layers/draft.ts';
import type { TfliteTensor } from './read-tflite.ts';

/**
 * A TensorFlow Lite network on its way to ONNX. In the quantised form an activation is kept as its uint8 levels and dequantised where it is
 * read (QDQ); in the float form, and in float networks, it is kept as it is.
 */
export interface TfliteDraft extends Draft {
  readonly form: NumericForm;
  /** The network's outputs, whose values must lie in TensorFlow's order. */
  readonly outputs: ReadonlySet<TfliteTensor>;
  /** Activations that are made already; of quantised ones in the quantised form, their levels. */
  readonly made: Map<TfliteTensor, Value>;
  /** Constants that an operator made of other constants. */
  readonly folded: Map<TfliteTensor, Tensor>;
  /** Shapes and other small integers that are known without a run. */
  readonly integers: Map<TfliteTensor, readonly Dim[]>;
}
