import { emit } from '../../layers/draft.ts';
import { inOrder } from '../../layers/reshape.ts';
import { holdsLevels, readFor, write } from '../activations.ts';
import { constantOf } from '../constants.ts';
import { inputsOf, type OperatorImporters, outputOf, unsupported } from '../operator.ts';
import { parametersOf } from '../quantisation.ts';
import type { TfliteOperator, TfliteTensor } from '../read-tflite.ts';
import type { TfliteDraft } from '../tflite-draft.ts';

/** Operators between numeric types. */
export const conversionOperators: OperatorImporters = {
  QUANTIZE(operator, draft) {
    const [input] = inputsOf(operator, draft, 1);
    const output = outputOf(operator, draft);
    if (haveEqualLevels(draft, input, output)) {
      const stored = draft.made.get(input);
      if (stored === undefined) throw unsupported(operator, draft, 'a constant input');
      const levels = draft.outputs.has(output) ? inOrder(draft, stored) : stored;
      const copy = emit(draft, 'Identity', [levels.name], { name: output.name, shape: levels.shape });
      parametersOf(draft, output);
      draft.made.set(output, { ...levels, name: copy.name });
      return;
    }
    importCopy(operator, draft);
  },
  // Of weights, as networks of float16 have it, or of an activation.
  DEQUANTIZE: importCopy,
  CAST(operator, draft) {
    const [input] = inputsOf(operator, draft, 1);
    const types = [input.type, outputOf(operator, draft).type];
    if (types.some((type) => type !== 'float32' && type !== 'float16')) {
      throw unsupported(operator, draft, `a cast from ${types.join(' to ')}`);
    }
    importCopy(operator, draft);
  },
};

function importCopy(operator: TfliteOperator, draft: TfliteDraft): void {
  const [input] = inputsOf(operator, draft, 1);
  const output = outputOf(operator, draft);
  const constant = constantOf(draft, input);
  if (constant !== undefined) {
    draft.folded.set(output, constant);
    return;
  }
  const value = readFor(draft, output, input);
  write(draft, output, (name) => ({
    ...value,
    ...emit(draft, 'Identity', [value.name], { name, shape: value.shape }),
  }));
}

/** Whether two activations are kept as the very same levels: those of uint8 and of int8 with a zero point 128 lower. */
function haveEqualLevels(draft: TfliteDraft, left: TfliteTensor, right: TfliteTensor): boolean {
  if (!holdsLevels(draft, left) || !holdsLevels(draft, right)) return false;
  const [a, b] = [left, right].map((tensor) => {
    return parametersOf(draft, tensor).map((name) => draft.initializers.get(name)?.data[0]);
  });
  return a?.[0] === b?.[0] && a?.[1] === b?.[1];
}
