import { z } from 'zod';
import { floats } from '../../onnx/build.ts';
import type { Draft, Value } from '../layers/draft.ts';
import {
  applyBinary,
  applyUnary,
  clamp,
  hardSwish,
  swish,
  type UnaryOperator,
} from '../layers/elementwise.ts';
import { softmax } from '../layers/softmax.ts';
import { type LayerCall, unsupportedCall } from './layer-call.ts';

/** An activation as a layer's settings name it: a name, or an object around one; nothing means linear. */
export const activationSetting = z
  .union(
    [
      z.string(),
      z
        .looseObject({ class_name: z.literal('function'), config: z.string() })
        .transform(({ config }) => config),
      z.looseObject({ class_name: z.string() }).transform(({ class_name: name }) => name),
    ],
    { error: 'the name of an activation' },
  )
  .nullish()
  // TensorFlow.js says hardSigmoid where Keras says hard_sigmoid.
  .transform((name) =>
    (name ?? 'linear').replaceAll(/[a-z][A-Z]/g, ([low = '', high = '']) => `${low}_${high}`).toLowerCase(),
  );

type Write = (draft: Draft, name: string, input: Value) => Value;

const activations: ReadonlyMap<string, Write> = new Map([
  ['relu', (draft, name, input) => clamp(draft, name, input, 0, Infinity)],
  ['relu6', (draft, name, input) => clamp(draft, name, input, 0, 6)],
  ['sigmoid', unary('Sigmoid')],
  ['tanh', unary('Tanh')],
  ['softmax', (draft, name, input) => softmax(draft, name, input)],
  ['log_softmax', (draft, name, input) => softmax(draft, name, input, { log: true })],
  ['elu', unary('Elu')],
  ['selu', unary('Selu')],
  ['softplus', unary('Softplus')],
  ['softsign', unary('Softsign')],
  ['exponential', unary('Exp')],
  [
    'leaky_relu',
    (draft, name, input) => applyUnary(draft, name, 'LeakyRelu', input, { alpha: { float: 0.2 } }),
  ],
  ['hard_sigmoid', (draft, name, input) => hardSigmoid(draft, name, input, 0.2)],
  ['swish', swish],
  ['silu', swish],
  ['hard_swish', hardSwish],
  ['hard_silu', hardSwish],
  ['gelu', gelu],
  ['mish', mish],
] satisfies [string, Write][]);

/**
 * Writes a layer with the activation that it has built in; `write` writes the rest under the name that it gets.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` naming the activation.
 */
export function withActivation(call: LayerCall, activation: string, write: (name: string) => Value): Value {
  if (activation === 'linear') return write(call.name);
  return applyActivation(call, activation, write(`${call.name}#linear`));
}

/** Writes an activation under the call's name; @throws RegraftError `OPERATOR_UNSUPPORTED` naming it. */
export function applyActivation(call: LayerCall, activation: string, input: Value): Value {
  // Keras 3 has made it relu6(x + 3) / 6; before, and in TensorFlow.js, it is 0.2 x + 0.5.
  if (activation === 'hard_sigmoid' && call.dialect === 'keras3') {
    return hardSigmoid(call.draft, call.name, input, 1 / 6);
  }
  const write = activations.get(activation);
  if (write === undefined) throw unsupportedCall(call, `the activation ${activation}`);
  return write(call.draft, call.name, input);
}

function unary(op: UnaryOperator): Write {
  return (draft, name, input) => applyUnary(draft, name, op, input);
}

function hardSigmoid(draft: Draft, name: string, input: Value, slope: number): Value {
  return applyUnary(draft, name, 'HardSigmoid', input, { alpha: { float: slope }, beta: { float: 0.5 } });
}

/** Writes `x · (1 + erf(x / √2)) / 2` (Hendrycks & Gimpel 2016). */
function gelu(draft: Draft, name: string, input: Value): Value {
  const times = (as: string, value: Value, factor: number): Value =>
    applyBinary(draft, `${name}#${as}`, 'Mul', value, floats([], [factor]));
  const erf = applyUnary(draft, `${name}#erf`, 'Erf', times('scaled', input, Math.SQRT1_2));
  const gate = applyBinary(draft, `${name}#gate`, 'Add', erf, floats([], [1]));
  return applyBinary(draft, name, 'Mul', times('half', input, 0.5), gate);
}

/** Writes `x · tanh(ln(1 + eˣ))` (Misra 2019). */
function mish(draft: Draft, name: string, input: Value): Value {
  const softplus = applyUnary(draft, `${name}#softplus`, 'Softplus', input);
  return applyBinary(draft, name, 'Mul', input, applyUnary(draft, `${name}#tanh`, 'Tanh', softplus));
}
