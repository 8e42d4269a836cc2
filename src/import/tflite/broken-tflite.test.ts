import { describe, expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { importTflite } from './import-tflite.ts';
import {
  buildTflite,
  type NetworkDraft,
  type OperatorDraft,
  type TensorDraft,
} from './testing/build-tflite.ts';

const tensors: readonly TensorDraft[] = [
  { name: 'input', shape: [1, 4, 4, 3], scales: [0.5], zeroPoint: 128 },
  {
    name: 'weights',
    shape: [2, 1, 1, 3],
    scales: [0.25],
    zeroPoint: 9,
    data: Uint8Array.of(1, 2, 3, 4, 5, 6),
  },
  { name: 'bias', shape: [2], type: 2, scales: [0.125], data: Int32Array.of(7, -8) },
  { name: 'features', shape: [1, 4, 4, 2], scales: [1], zeroPoint: 3 },
  { name: 'output', shape: [1, 32], scales: [1], zeroPoint: 3 },
];
const convolution: OperatorDraft = {
  code: 3,
  inputs: ['input', 'weights', 'bias'],
  outputs: ['features'],
  options: [
    [1, 'int', 1],
    [2, 'int', 1],
    [4, 'int', 1],
    [5, 'int', 1],
  ],
};
const reshape: OperatorDraft = { code: 22, inputs: ['features'], outputs: ['output'] };
const network: NetworkDraft = {
  tensors,
  operators: [convolution, reshape],
  inputs: ['input'],
  outputs: ['output'],
};

describe('a damaged TensorFlow Lite file', () => {
  it('is refused at whatever byte it ends', () => {
    const bytes = buildTflite(network);
    expect(refusal(bytes)).toBeUndefined();
    // The last bytes of a file belong to its first constants and may be padding.
    const accepted: number[] = [];
    for (let length = 0; length < bytes.length; length++) {
      if (refusal(bytes.subarray(0, length)) === undefined) accepted.push(length);
    }
    expect(accepted.filter((length) => length < bytes.length - 8)).toEqual([]);
  });

  it('is refused or read when bits are flipped, and never fails otherwise or hangs', () => {
    const bytes = buildTflite(network);
    for (let index = 0; index < bytes.length; index++) {
      for (const flip of [1, 0x10, 0x80, 0xff]) {
        const flipped = bytes.slice();
        flipped[index] = (flipped[index] ?? 0) ^ flip;
        expect(() => refusal(flipped)).not.toThrow();
      }
    }
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['four bytes', Uint8Array.of(1, 2, 3, 4)],
    ['a web page', Buffer.from('<!doctype html><title>404</title>')],
    ['its first eight bytes alone', buildTflite(network).subarray(0, 8)],
    ['an offset far outside', Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0x54, 0x46, 0x4c, 0x33)],
  ])('is refused: %s', (_, bytes) => {
    expect(refusal(bytes)?.code).toBe('BACKBONE_INVALID');
    expect(refusal(bytes)?.message).toMatch(/^Expected a TensorFlow Lite network in net\.tflite, but /);
  });

  it.each([
    [
      'too few values for its shape',
      { data: Uint8Array.of(1, 2) },
      'Tensor weights of shape [2, 1, 1, 3] in net.tflite holds 2 values',
    ],
    ['a huge shape', { shape: [2 ** 30, 2 ** 30, 2 ** 30, 3] }, 'holds 6 values'],
    ['a negative shape', { shape: [-2, -1, 1, 3] }, 'Tensor weights of shape [-2, -1, 1, 3]'],
  ])('is refused when a tensor has %s', (_, change, message) => {
    const error = refusal(buildTflite(withTensor('weights', change)));
    expect(error?.code).toBe('BACKBONE_INVALID');
    expect(error?.message).toContain(message);
  });
});

describe('a network of another kind', () => {
  it.each([
    [16, 'LSTM (tensor output)'],
    [126, 'BATCH_MATMUL (tensor output)'],
    [150, 'GELU (tensor output)'],
    [32, 'custom operator TFLite_Detection_PostProcess (tensor output)'],
    [2001, 'operator 2001 (tensor output)'],
  ])('is refused with the name of the operator that Regraft does not know: %d', (code, name) => {
    const error = refusal(buildTflite({ ...network, operators: [convolution, { ...reshape, code }] }));
    expect(error?.code).toBe('OPERATOR_UNSUPPORTED');
    expect(error?.message).toContain(`${name} in net.tflite cannot be imported`);
    expect(error?.hint).toContain('CONV_2D, MAX_POOL_2D');
  });

  it.each([
    [
      'with scales for other channels',
      'weights',
      { scales: [0.25, 0.5, 1] },
      'Tensor weights of shape [2, 1, 1, 3] in net.tflite has 3 scales along axis 0.',
    ],
    [
      'with activations quantised by channel',
      'features',
      { scales: [1, 2, 3, 4], shape: [4, 4, 1, 2] },
      'Expected one scale for the activation in tensor features of net.tflite but found 4.',
    ],
    [
      'with a scale of 0',
      'weights',
      { scales: [0] },
      'Tensor weights of shape [2, 1, 1, 3] in net.tflite has the scale 0.',
    ],
    ['with a zero point that is no level', 'features', { zeroPoint: 256 }, 'has the zero point 256'],
    [
      'not quantised',
      'weights',
      { scales: [] },
      'Expected real numbers but found uint8 without a scale in tensor weights of net.tflite.',
    ],
    [
      'with integer pixels',
      'input',
      { type: 2 },
      'Expected one image input [1, height, width, 3], as tensor of float32, uint8 or int8, in net.tflite but found int32 [1, 4, 4, 3].',
    ],
    ['with grey pixels', 'input', { shape: [1, 4, 12, 1] }, 'but found uint8 [1, 4, 12, 1].'],
    ['with a size left open', 'input', { signature: [-1, -1, -1, 3] }, 'but found uint8 [-1, -1, -1, 3].'],
    ['with text', 'features', { type: 5 }, 'element type 5'],
  ] as const)('is refused: %s', (_, name, change, message) => {
    const error = refusal(buildTflite(withTensor(name, change)));
    expect(error?.code).toBe('BACKBONE_INVALID');
    expect(error?.message ?? '').toContain(message);
  });

  it('is refused when the filters of a convolution do not fit its input', () => {
    const data = Uint8Array.of(1, 2);
    const error = refusal(buildTflite(withTensor('weights', { shape: [2, 1, 1, 1], data })));
    expect(error?.code).toBe('OPERATOR_UNSUPPORTED');
    expect(error?.message).toBe(
      'CONV_2D (tensor features): features/real in net.tflite has 1 channels a filter for an input of 3, which Regraft does not import.',
    );
  });

  it('is refused when its weights are computed', () => {
    const error = refusal(buildTflite(withTensor('weights', { data: undefined })));
    expect(error?.code).toBe('OPERATOR_UNSUPPORTED');
    expect(error?.message).toContain('Expected constant weights in tensor weights of net.tflite');
  });

  it('is refused when an activation or an output is made by nothing', () => {
    const unmade = refusal(buildTflite({ ...network, operators: [reshape] }));
    expect(unmade?.message).toContain(
      'Tensor features of net.tflite is read as an activation, but nothing makes it',
    );
    const missing = refusal(buildTflite({ ...network, operators: [convolution] }));
    expect(missing?.message).toContain(
      'net.tflite names tensor output as an output, but no operator makes it',
    );
  });

  it('is refused in the quantised form when it computes in floating point', () => {
    const pixels: TensorDraft = { name: 'pixels', shape: [1, 4, 4, 3], type: 0 };
    const result: TensorDraft = { name: 'result', shape: [1, 4, 4, 3], type: 0 };
    const floating: NetworkDraft = {
      tensors: [pixels, result],
      operators: [{ code: 19, inputs: ['pixels'], outputs: ['result'] }],
      inputs: ['pixels'],
      outputs: ['result'],
    };
    const ask = (): unknown => importTflite(buildTflite(floating), 'net.tflite', 'uint8');
    expect(ask).toThrow(
      'Expected a quantised network for the form uint8 but net.tflite computes in float32.',
    );
    expect(importTflite(buildTflite(floating), 'net.tflite').form).toBe('float32');
  });

  it('is refused when an operator has a fused activation that Regraft does not know', () => {
    const options = [...(convolution.options ?? []), [3, 'byte', 4] as const];
    const error = refusal(buildTflite({ ...network, operators: [{ ...convolution, options }, reshape] }));
    expect(error?.message).toContain('CONV_2D (tensor features) in net.tflite has the fused activation 4');
  });

  it.each([
    ['no options', { ...convolution, options: undefined }],
    ['1 inputs instead of 2', { ...convolution, inputs: ['input'] }],
    ['no output', { ...convolution, outputs: [] }],
  ])('is refused when an operator has %s', (found, changed) => {
    const { options, ...rest } = changed;
    const operator = options === undefined ? rest : { ...rest, options };
    const error = refusal(buildTflite({ ...network, operators: [operator, reshape] }));
    expect(error?.code).toBe('OPERATOR_UNSUPPORTED');
    expect(error?.message).toContain(`has ${found}`);
  });
});

function withTensor(name: string, change: Partial<TensorDraft>): NetworkDraft {
  return {
    ...network,
    tensors: tensors.map((tensor) => (tensor.name === name ? { ...tensor, ...change } : tensor)),
  };
}

/** The error of importing bytes in both forms, undefined when they can be imported. Unexpected errors are thrown on. */
function refusal(bytes: Uint8Array): RegraftError | undefined {
  try {
    importTflite(bytes, 'net.tflite');
    importTflite(bytes, 'net.tflite', 'float32');
    return undefined;
  } catch (error) {
    if (error instanceof RegraftError && /^(BACKBONE_INVALID|OPERATOR_UNSUPPORTED)$/.test(error.code)) {
      return error;
    }
    throw error;
  }
}
