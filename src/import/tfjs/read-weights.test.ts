import { describe, expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { decodeWeight } from './decode-weight.ts';
import { findWeight, indexWeights } from './find-weight.ts';
import { readWeights } from './read-weights.ts';
import type { WeightGroup, WeightSpec } from './weight-manifest.ts';

const spec = (name: string, shape: number[], change: Partial<WeightSpec> = {}): WeightSpec => ({
  name,
  shape,
  dtype: 'float32',
  ...change,
});
const bytesOf = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);
const group = (paths: string[], ...weights: WeightSpec[]): WeightGroup => ({ paths, weights });

describe('weights', () => {
  it('that lie across files are put together', () => {
    const all = bytesOf(1, 2, 3, 4, 5, 6);
    const files: Record<string, Uint8Array> = {
      a: all.subarray(0, 7),
      b: all.subarray(7, 9),
      c: all.subarray(9),
    };
    const weights = readWeights(
      [group(['a', 'b', './c'], spec('x', [2]), spec('y', [2, 2]))],
      (path) => files[path] as Uint8Array,
      'model.json',
    );
    expect(decode(weights.get('x'))).toEqual([1, 2]);
    expect(decode(weights.get('y'))).toEqual([3, 4, 5, 6]);
  });

  it.each([
    [
      'ends early',
      15,
      'Expected at least 16 bytes in w.bin for the weight y [2] of model.json, but found 15.',
    ],
    ['is empty', 0, 'Expected at least 8 bytes in w.bin for the weight x [2] of model.json, but found 0.'],
    ['is too long', 19, 'Expected w.bin to end after the weight y of model.json, but found 3 bytes more.'],
  ])('are refused when their file %s', (_, length, message) => {
    const manifest = [group(['w.bin'], spec('x', [2]), spec('y', [2]))];
    expect(refusal(manifest, () => new Uint8Array(length))).toBe(message);
  });

  it('of a huge shape are refused before anything is allocated', () => {
    const manifest = [group(['w.bin'], spec('x', [2 ** 40, 2 ** 40, 2 ** 40]))];
    expect(refusal(manifest, () => new Uint8Array(8))).toMatch(
      /^Expected at least \S+ bytes in w\.bin for the weight x/,
    );
  });

  it('are refused when their file is missing', () => {
    const manifest = [group(['gone.bin'], spec('x', [2]))];
    const read = (): never => {
      throw new Error('ENOENT');
    };
    expect(refusal(manifest, read)).toBe(
      'Expected the file gone.bin with the weight x of model.json, but it cannot be read: ENOENT.',
    );
  });

  it.each([
    '../w.bin',
    'a/../../w.bin',
    '/etc/passwd',
    'C:\\w.bin',
    '..\\w.bin',
    'https://host/w.bin',
    '\\\\host\\w',
    './/w',
    './',
  ])('are refused when they lie elsewhere: %s', (path) => {
    const read = (): never => {
      throw new Error('was read');
    };
    expect(refusal([group([path], spec('x', [2]))], read)).toContain(
      'Expected file names beside it in field weightsManifest of model.json',
    );
  });

  it('are refused when two have the same name, or a file is named twice', () => {
    const read = (): Uint8Array => bytesOf(1, 2);
    expect(refusal([group(['a'], spec('x', [1]), spec('x', [1]))], read)).toContain('Two weights');
    expect(refusal([group(['a', './a'], spec('x', [4]))], read)).toContain('names the file a twice');
  });
});

describe('a stored weight', () => {
  it('of float16 is decoded by the rules of IEEE 754', () => {
    const halves = [
      0x3c00, 0xc000, 0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3555, 0x7bff, 0x7c00, 0xfc00, 0x7e00,
    ];
    const bytes = new Uint8Array(Uint16Array.from(halves).buffer);
    const values = decodeWeight(spec('x', [12], { quantization: { dtype: 'float16' } }), bytes);
    expect([...values]).toEqual([
      1,
      -2,
      0,
      -0,
      5.960464477539063e-8,
      6.097555160522461e-5,
      6.103515625e-5,
      0.333251953125,
      65504,
      Infinity,
      -Infinity,
      NaN,
    ]);
  });

  it.each<[string, Partial<WeightSpec>, Uint8Array, number[]]>([
    [
      'uint8',
      { quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
      Uint8Array.of(0, 1, 255),
      [-1, -0.5, 126.5],
    ],
    [
      'uint16',
      { quantization: { dtype: 'uint16', scale: 0.25, min: 2 } },
      Uint8Array.of(0, 0, 1, 0, 0, 1),
      [2, 2.25, 66],
    ],
    [
      'uint8 of int32',
      { dtype: 'int32', quantization: { dtype: 'uint8', scale: 0.4, min: -1 } },
      Uint8Array.of(0, 1, 5),
      [-1, -1, 1],
    ],
    ['int32', { dtype: 'int32' }, Uint8Array.of(255, 255, 255, 255, 2, 0, 0, 0), [-1, 2]],
    ['bool', { dtype: 'bool' }, Uint8Array.of(0, 1), [0, 1]],
  ])('of %s becomes float32', (_, change, bytes, values) => {
    expect([...decodeWeight(spec('x', [values.length], change), bytes)]).toEqual(values);
  });
});

describe('a weight of a layer', () => {
  const index = (...names: readonly string[]): ReturnType<typeof indexWeights> =>
    indexWeights(
      new Map(names.map((name, place) => [name, { spec: spec(name, [1]), bytes: bytesOf(place) }])),
      'model.json',
    );

  it.each([
    [['conv/kernel'], ['conv'], 0],
    [['conv/kernel:0'], ['conv'], 0],
    [['conv/bias', 'conv/kernel'], ['inner', 'conv'], 1],
    [['outer/conv/kernel', 'conv/kernel'], ['outer', 'conv'], 0],
    [['a/conv/kernel', 'b/conv/kernel'], ['net', 'b', 'conv'], 1],
    [['conv/cell/kernel'], ['conv'], 0],
  ])('is found among %j for the layer %j', (names, path, place) => {
    expect([...(findWeight(index(...names), path, ['kernel'])?.data ?? [])]).toEqual([place]);
  });

  it('is not taken from a layer whose name only ends alike', () => {
    expect(findWeight(index('my_conv/kernel'), ['conv'], ['kernel'])).toBeUndefined();
  });

  it('is refused when two layers would take it', () => {
    const weights = index('conv/kernel');
    expect(findWeight(weights, ['a', 'conv'], ['kernel'])).toBeDefined();
    expect(findWeight(weights, ['a', 'conv'], ['kernel'])).toBeDefined();
    expect(() => findWeight(weights, ['b', 'conv'], ['kernel'])).toThrow(
      'found only conv/kernel, which a/conv has',
    );
  });

  it('is refused when two fit it equally', () => {
    expect(() => findWeight(index('a/conv/kernel', 'b/conv/kernel'), ['conv'], ['kernel'])).toThrow(
      'found a/conv/kernel and b/conv/kernel',
    );
  });
});

function decode(weight: { spec: WeightSpec; bytes: Uint8Array } | undefined): number[] {
  return weight === undefined ? [] : [...decodeWeight(weight.spec, weight.bytes)];
}

function refusal(manifest: readonly WeightGroup[], read: (path: string) => Uint8Array): string | undefined {
  try {
    readWeights(manifest, read, 'model.json');
    return undefined;
  } catch (error) {
    if (error instanceof RegraftError && error.code === 'BACKBONE_INVALID') return error.message;
    throw error;
  }
}
