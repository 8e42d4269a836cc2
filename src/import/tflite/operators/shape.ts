import { concatenate } from '../../layers/concat.ts';
import type { Dim } from '../../layers/draft.ts';
import { pad } from '../../layers/pad.ts';
import { reshape } from '../../layers/reshape.ts';
import { transpose } from '../../layers/transpose.ts';
import { read, readFor, readOperand, write } from '../activations.ts';
import { constantOf, integersOf } from '../constants.ts';
import {
  fusedActivation,
  inputsOf,
  numbersOf,
  optionsOf,
  type OperatorImporters,
  outputOf,
  unsupported,
} from '../operator.ts';
import type { TfliteOperator } from '../read-tflite.ts';
import type { TfliteDraft } from '../tflite-draft.ts';

/** Operators that move values and leave them as they are. */
export const shapeOperators: OperatorImporters = {
  CONCATENATION(operator, draft) {
    const options = optionsOf(operator, draft);
    const tensors = operator.inputs.filter((tensor) => tensor !== undefined);
    const parts = tensors.map((tensor) => readOperand(draft, tensor));
    write(draft, outputOf(operator, draft), (name) => concatenate(draft, name, parts, options.int(0, 0)), {
      clamp: fusedActivation(operator, draft, options.byte(1, 0)),
    });
  },
  RESHAPE(operator, draft) {
    const output = outputOf(operator, draft);
    const shape = operator.inputs[1] && integersOf(draft, operator.inputs[1]);
    const stated = operator.options?.ints(0) ?? [];
    changeShape(operator, draft, shape ?? (stated.length > 0 ? stated : output.shape));
  },
  SQUEEZE(operator, draft) {
    const shape = inputShape(operator, draft);
    const stated = operator.options?.ints(0) ?? [];
    const axes = new Set(stated.map((axis) => (axis < 0 ? axis + shape.length : axis)));
    const dropped = (dim: Dim, axis: number): boolean =>
      axes.size > 0 ? axes.has(axis) : dim === 1 && axis > 0;
    changeShape(
      operator,
      draft,
      shape.filter((dim, axis) => !dropped(dim, axis)),
    );
  },
  EXPAND_DIMS(operator, draft) {
    const shape = [...inputShape(operator, draft)];
    const [axis = 0] = numbersOf(operator, draft, operator.inputs[1]);
    shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, 1);
    changeShape(operator, draft, shape);
  },
  TRANSPOSE(operator, draft) {
    const [input, order] = inputsOf(operator, draft, 2);
    const [value, axes] = [read(draft, input), numbersOf(operator, draft, order)];
    write(draft, outputOf(operator, draft), (name) => transpose(draft, name, value, axes));
  },
  PAD: (operator, draft) => importPad(operator, draft),
  PADV2(operator, draft) {
    const filling = inputsOf(operator, draft, 3)[2];
    const value = constantOf(draft, filling)?.data[0];
    if (value === undefined) throw unsupported(operator, draft, 'a computed padding value');
    importPad(operator, draft, { value: Number(value) });
  },
  MIRROR_PAD(operator, draft) {
    if (operator.options?.byte(0, 0) === 1) throw unsupported(operator, draft, 'the mode SYMMETRIC');
    importPad(operator, draft, { mode: 'reflect' });
  },
};

function changeShape(operator: TfliteOperator, draft: TfliteDraft, shape: readonly Dim[]): void {
  const [input] = inputsOf(operator, draft, 1);
  const output = outputOf(operator, draft);
  const value = readFor(draft, output, input);
  write(draft, output, (name) => {
    const [batch = 'N', height = 1, width = 1, channels = 1] = value.shape;
    const rows = Number(height) * Number(width);
    if (!draft.outputs.has(output) || value.shape.length !== 4 || rows === 1) {
      return reshape(draft, name, value, shape);
    }
    // A picture that is flattened keeps its stored order, unless it passes through another shape.
    const listed = reshape(draft, `${name}#rows`, value, [batch, rows, channels]);
    return reshape(draft, name, listed, shape);
  });
}

function inputShape(operator: TfliteOperator, draft: TfliteDraft): readonly Dim[] {
  const [input] = inputsOf(operator, draft, 1);
  return read(draft, input).shape;
}

function importPad(
  operator: TfliteOperator,
  draft: TfliteDraft,
  options: { readonly mode?: 'reflect'; readonly value?: number } = {},
): void {
  const [input, border] = inputsOf(operator, draft, 2);
  const [value, counts] = [read(draft, input), numbersOf(operator, draft, border)];
  const paddings = Array.from(
    { length: counts.length / 2 },
    (_, axis) => [counts[2 * axis] ?? 0, counts[2 * axis + 1] ?? 0] as const,
  );
  write(draft, outputOf(operator, draft), (name) => pad(draft, name, value, paddings, options));
}
