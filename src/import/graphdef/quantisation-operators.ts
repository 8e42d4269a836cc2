import { fakeQuantise, type QuantisedRange } from '../layers/fake-quantise.ts';
import { type Constant, floatConstant } from './constant.ts';
import { fakeQuantiseConstant } from './fake-quantise-constant.ts';
import {
  constantAt,
  floatsAt,
  inputAt,
  isConstant,
  type Operand,
  type Operator,
  type OperatorImporter,
  unsupported,
  valueAt,
} from './operator.ts';

/** What networks that were quantised, or trained for it, keep of that. */
export const quantisationOperators: Readonly<Record<string, OperatorImporter>> = {
  Dequantize: dequantise,
  FakeQuantWithMinMaxArgs: (operator) =>
    importFakeQuant(operator, [operator.attributes.float('min', -6)], [operator.attributes.float('max', 6)]),
  FakeQuantWithMinMaxVars: (operator) =>
    importFakeQuant(operator, floatsAt(operator, 1), floatsAt(operator, 2)),
  FakeQuantWithMinMaxVarsPerChannel: (operator) =>
    importFakeQuant(operator, floatsAt(operator, 1), floatsAt(operator, 2)),
};

function importFakeQuant(operator: Operator, mins: ArrayLike<number>, maxs: ArrayLike<number>): Operand {
  const { attributes, draft, name } = operator;
  const operand = inputAt(operator, 0);
  const [bits, narrow] = [attributes.int('num_bits', 8), attributes.flag('narrow_range', false)];
  const ranges = Array.from(mins, (min, index): Required<QuantisedRange> => {
    const max = maxs[index] ?? NaN;
    if (!(min <= 0 && max >= 0 && max - min > 0 && Number.isFinite(max - min)) || bits < 2 || bits > 16) {
      throw unsupported(operator, `the range ${min} to ${max} of ${bits} bits`);
    }
    return { min, max, bits, narrow };
  });
  if (isConstant(operand)) return fakeQuantiseConstant(operator, operand, ranges);
  const [range] = ranges;
  if (ranges.length !== 1 || range === undefined) throw unsupported(operator, 'a range for each channel');
  return fakeQuantise(draft, name, valueAt(operator, 0), range);
}

/** Weights that are kept as bytes (tf.quantization.dequantize). */
function dequantise(operator: Operator): Constant {
  const { attributes } = operator;
  const weights = constantAt(operator, 0);
  const [[min = 0], [max = 0]] = [floatsAt(operator, 1), floatsAt(operator, 2)];
  const mode = attributes.text('mode', 'MIN_COMBINED');
  const signed = weights.type === 'int8';
  if ((!signed && weights.type !== 'uint8') || attributes.int('axis', -1) !== -1) {
    throw unsupported(operator, `weights of type ${weights.type}, or a range for each channel`);
  }
  const [lowest, step] = [signed ? -128 : 0, (max - min) / 255];
  const toFloat = (compute: (level: number) => number): Constant => {
    operator.context.spend(weights.values.length);
    // A byte has so few levels that each is computed once.
    const table = Float32Array.from({ length: 256 }, (_, index) => compute(index + lowest));
    const floats = new Float32Array(weights.values.length);
    const levels = weights.values as Uint8Array | Int8Array;
    for (let index = 0; index < floats.length; index++) {
      floats[index] = table[(levels[index] ?? 0) - lowest] ?? NaN;
    }
    return floatConstant(weights.dims, floats);
  };
  switch (mode) {
    case 'MIN_COMBINED':
      return toFloat((level) => (level - lowest) * step + min);
    case 'MIN_FIRST': {
      const first = step === 0 ? min : Math.round(min / step) * step;
      return toFloat((level) => (level - lowest) * step + first);
    }
    case 'SCALED': {
      const highest = signed ? 127 : 255;
      const least = attributes.flag('narrow_range', false) ? lowest + 1 : lowest;
      const factor = Math.max(signed ? min / least : 0, max / highest);
      return toFloat((level) => level * factor);
    }
    default:
      throw unsupported(operator, `the mode ${mode}`);
  }
}
