import { describe, expect, it } from 'vitest';
import { RegraftError } from '../errors.ts';
import { floats, int32s, int64s, int8s, node, uint8s } from './build.ts';
import type { Attribute, Graph, Model, Tensor } from './graph.ts';
import { decodeModel } from './read.ts';
import { encodeModel } from './write.ts';

const tensors: Record<string, Tensor> = {
  float32: floats([2, 2], [0, -1.5, 3.25, Infinity]),
  float16: { type: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xc000) },
  float64: { type: 'float64', dims: [2], data: Float64Array.of(Math.PI, -1e300) },
  uint8: uint8s([3], [0, 128, 255]),
  int8: int8s([3], [-128, 0, 127]),
  int32: int32s([-(2 ** 31), 2 ** 31 - 1]),
  int64: { type: 'int64', dims: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  bool: { type: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
  scalar: floats([], [7]),
  empty: floats([0, 4], []),
};

const branch: Graph = {
  name: 'branch',
  nodes: [node('Identity', ['x'], ['y'])],
  initializers: new Map([['inner', floats([1], [2])]]),
  inputs: [],
  outputs: [{ name: 'y', type: 'float32', dims: ['N'] }],
};

const attributes: Record<string, Attribute> = {
  int: { int: -7 },
  float: { float: 0.5 },
  string: { string: 'déjà vu' },
  ints: { ints: [3, 0, -1] },
  noInts: { ints: [] },
  floats: { floats: [0.25, -4] },
  strings: { strings: ['a', '', '日本'] },
  tensor: { tensor: int64s([1, 2]) },
  graph: { graph: branch },
};

const model: Model = {
  opset: 17,
  metadata: { b: '2', a: 'ü' },
  graph: {
    name: 'everything',
    nodes: [
      node('First', ['x', '', 'float32'], ['y', 'z'], attributes),
      { op: 'Second', domain: 'com.example', name: 'named', inputs: ['y'], outputs: ['w'], attributes: {} },
    ],
    initializers: new Map(Object.entries(tensors)),
    inputs: [{ name: 'x', type: 'uint8', dims: ['N', 4, 4, 3] }],
    outputs: [
      { name: 'w', type: 'float32', dims: [] },
      { name: 'z', type: 'int64', dims: ['', 0] },
    ],
  },
};

describe('an ONNX model that is written and read', () => {
  it('is the same, with every kind of attribute and element type', () => {
    expect(decodeModel(encodeModel(model), 'model.onnx')).toEqual(model);
  });

  it('has equal bytes for equal models, whatever the order of the metadata', () => {
    const again = { ...structuredClone(model), metadata: { a: 'ü', b: '2' } };
    expect(Buffer.compare(encodeModel(again), encodeModel(model))).toBe(0);
    expect(Buffer.compare(encodeModel(decodeModel(encodeModel(model), 'copy')), encodeModel(model))).toBe(0);
  });

  it('may lie at any place of a larger buffer', () => {
    const bytes = encodeModel(model);
    for (const offset of [1, 2, 3, 4, 5, 6, 7]) {
      const shifted = new Uint8Array(offset + bytes.length);
      shifted.set(bytes, offset);
      expect(decodeModel(shifted.subarray(offset), 'model.onnx')).toEqual(model);
    }
  });
});

describe('bytes that are no ONNX model', () => {
  it('are refused as MODEL_INVALID at whatever byte the file ends', () => {
    const bytes = encodeModel(model);
    // The metadata comes last: without it the rest is whole.
    const whole = encodeModel({ ...model, metadata: {} }).length;
    let refused = 0;
    for (let length = 0; length < whole; length++) refused += refusal(bytes.subarray(0, length)) ? 1 : 0;
    expect(refused).toBe(whole);
  });

  it('are refused as MODEL_INVALID or read when a bit is flipped, and never fail otherwise', () => {
    const bytes = encodeModel(model);
    for (let index = 0; index < bytes.length; index++) {
      for (const bit of [0, 3, 7]) {
        const flipped = bytes.slice();
        flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
        expect(() => refusal(flipped)).not.toThrow();
      }
    }
  });

  it.each([
    ['text', Buffer.from('<!doctype html><title>404</title>')],
    ['zeros', new Uint8Array(64)],
    ['ones', new Uint8Array(64).fill(255)],
    ['groups in groups', new Uint8Array(100_000).fill(0x0b)],
  ])('are refused: %s', (_, bytes) => {
    expect(refusal(bytes)?.message).toMatch(/^Expected an ONNX model in garbage\.onnx, but /);
    expect(refusal(bytes)?.hint).toContain('copy it again');
  });

  it('are refused when graphs are nested without end', () => {
    let deep: Graph = branch;
    for (let depth = 0; depth < 300; depth++) {
      deep = { ...branch, nodes: [node('If', [], ['y'], { then_branch: { graph: deep } })] };
    }
    expect(refusal(encodeModel({ ...model, graph: deep }))?.code).toBe('MODEL_INVALID');
  });

  it('are refused when a tensor holds another number of values than its shape says', () => {
    for (const dims of [[3], [-1, -2], [2 ** 40, 2 ** 40]]) {
      const wrong = { ...model.graph, initializers: new Map([['w', floats(dims, [1, 2])]]) };
      expect(refusal(encodeModel({ ...model, graph: wrong }))?.message).toContain('tensor w of shape');
    }
  });
});

/** The error of reading bytes, undefined when they can be read. Another error than MODEL_INVALID is thrown on. */
function refusal(bytes: Uint8Array): RegraftError | undefined {
  try {
    decodeModel(bytes, 'garbage.onnx');
    return undefined;
  } catch (error) {
    if (error instanceof RegraftError && error.code === 'MODEL_INVALID') return error;
    throw error;
  }
}
