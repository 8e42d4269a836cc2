import { floats, uint8s } from '../../onnx/build.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { inOrder } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/** A range that is divided into equal steps, as quantisation-aware training keeps it. */
export interface QuantisedRange {
  readonly min: number;
  readonly max: number;
  /** @default 8 */
  readonly bits?: number;
  /** Leaves out the lowest level. @default false */
  readonly narrow?: boolean;
}

/** The steps of a range after its zero was moved onto a level (TensorFlow's `Nudge` in fake_quant_ops_functor.h). */
export function nudge({ min, max, bits = 8, narrow = false }: QuantisedRange): {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly low: number;
  readonly high: number;
} {
  const [low, high] = [narrow ? 1 : 0, 2 ** bits - 1];
  const scale = Math.fround((max - min) / (high - low));
  const zeroPoint = Math.min(high, Math.max(low, Math.round(low - min / scale)));
  return { scale, zeroPoint, low, high };
}

/**
 * Writes the rounding of every value to the nearest level of a range: quantised to uint8 and back. A value in the middle of two levels
 * goes to the even one, in TensorFlow to the upper one.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` for more levels than a byte has.
 */
export function fakeQuantise(draft: Draft, name: string, value: Value, range: QuantisedRange): Value {
  if ((range.bits ?? 8) > 8) throw unsupportedLayer(draft, name, `${range.bits} bits`);
  const input = inOrder(draft, value);
  const { scale, zeroPoint, low, high } = nudge(range);
  const ends = [low, high].map((level) => scale * (level - zeroPoint));
  const bounds = ends.map((end, index) =>
    addConstant(draft, `${name}#${index === 0 ? 'low' : 'high'}`, floats([], [end])),
  );
  const parameters = [
    addConstant(draft, `${name}#scale`, floats([], [scale])),
    addConstant(draft, `${name}#zero_point`, uint8s([], [zeroPoint])),
  ];
  const { shape } = input;
  // Fewer levels than a byte has: the clamp keeps to them.
  const clamped =
    low === 0 && high === 255
      ? input
      : emit(draft, 'Clip', [input.name, ...bounds], { name: `${name}#clamped`, shape });
  const levels = emit(draft, 'QuantizeLinear', [clamped.name, ...parameters], {
    name: `${name}#levels`,
    shape,
  });
  return emit(draft, 'DequantizeLinear', [levels.name, ...parameters], { name, shape });
}
