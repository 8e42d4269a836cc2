import { z } from 'zod';
import { floats } from '../../onnx/build.ts';
import { concatenate } from '../layers/concat.ts';
import type { Draft, Value } from '../layers/draft.ts';
import { applyBinary, type BinaryOperator } from '../layers/elementwise.ts';
import { reshape } from '../layers/reshape.ts';
import { type LayerCall, settingsOf, unsupportedCall } from './layer-call.ts';

const concatenation = z.looseObject({ axis: z.int().default(-1) });

/** Add, Multiply, Maximum and Minimum of two or more values. */
export function importMerge(op: BinaryOperator, call: LayerCall): Value {
  return chain(call, op, call.name);
}

/** Subtract, of two values. */
export function importSubtract(call: LayerCall): Value {
  if (call.inputs.length !== 2) throw unsupportedCall(call, `${call.inputs.length} inputs`);
  return chain(call, 'Sub', call.name);
}

/** Average. */
export function importAverage(call: LayerCall): Value {
  const sum = chain(call, 'Add', `${call.name}#sum`);
  return applyBinary(call.draft, call.name, 'Mul', sum, floats([], [1 / call.inputs.length]));
}

/** Concatenate. */
export function importConcatenate(call: LayerCall): Value {
  const { axis } = settingsOf(call, concatenation);
  if (call.inputs.length === 0) throw unsupportedCall(call, 'no inputs');
  return concatenate(call.draft, call.name, call.inputs, axis);
}

function chain(call: LayerCall, op: BinaryOperator, name: string): Value {
  const { draft, inputs } = call;
  if (inputs.length < 2 || inputs.length > 1000) throw unsupportedCall(call, `${inputs.length} inputs`);
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  const [first, ...others] = inputs.map((input, index) =>
    widen(draft, `${call.name}#wide${index}`, input, rank),
  );
  return others.reduce((left, right, index) => {
    const result = index === others.length - 1 ? name : `${call.name}#part${index}`;
    return applyBinary(draft, result, op, left, right);
  }, first as Value);
}

/** Keras aligns values of fewer axes with the last ones and puts the missing ones behind the batch. */
function widen(draft: Draft, name: string, value: Value, rank: number): Value {
  const { shape } = value;
  if (shape.length === rank) return value;
  const ones = Array.from({ length: rank - shape.length }, () => 1);
  return reshape(draft, name, value, ['N', ...ones, ...shape.slice(1)]);
}
