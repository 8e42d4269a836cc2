import { pad } from '../layers/pad.ts';
import {
  floatsAt,
  intsAt,
  type Operand,
  type Operator,
  type OperatorImporter,
  unsupported,
  valueAt,
} from './operator.ts';

/** Borders. */
export const padOperators: Readonly<Record<string, OperatorImporter>> = {
  MirrorPad: importMirrorPad,
  Pad: (operator) => importPad(operator, 0),
  PadV2: (operator) => importPad(operator, floatsAt(operator, 2)[0] ?? 0),
};

function importPad(operator: Operator, value: number): Operand {
  return pad(operator.draft, operator.name, valueAt(operator, 0), paddingsOf(operator), { value });
}

function importMirrorPad(operator: Operator): Operand {
  const mode = operator.attributes.text('mode', '');
  if (mode !== 'REFLECT') throw unsupported(operator, `the mode ${mode}`);
  const value = valueAt(operator, 0);
  const paddings = paddingsOf(operator);
  if (paddings.some(([before, after], axis) => Math.max(before, after) >= Number(value.shape[axis]))) {
    throw unsupported(operator, `a border wider than its input [${value.shape.join(', ')}]`);
  }
  return pad(operator.draft, operator.name, value, paddings, { mode: 'reflect' });
}

function paddingsOf(operator: Operator): (readonly [number, number])[] {
  const counts = intsAt(operator, 1);
  if (counts.some((count) => count < 0)) throw unsupported(operator, `paddings [${counts.join(', ')}]`);
  return Array.from({ length: counts.length >> 1 }, (_, axis) => [
    counts[2 * axis] ?? 0,
    counts[2 * axis + 1] ?? 0,
  ]);
}
