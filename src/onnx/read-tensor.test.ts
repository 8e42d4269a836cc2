import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Tensor } from './graph.ts';
import { ModelProtoSchema, type TensorProtoSchema } from './proto/onnx_pb.ts';
import { decodeModel } from './read.ts';
import type { ReadExternal } from './read-external-data.ts';

type TensorInit = MessageInitShape<typeof TensorProtoSchema>;

// Packed by hand: protobuf's varints, little-endian groups of 7 bits.
const typed: readonly (readonly [string, TensorInit, Tensor])[] = [
  [
    'float32',
    { dataType: 1, floatData: raw(Float32Array.of(1.5, -2)) },
    { type: 'float32', dims: [2], data: Float32Array.of(1.5, -2) },
  ],
  [
    'float64',
    { dataType: 11, doubleData: raw(Float64Array.of(1e300, -2)) },
    { type: 'float64', dims: [2], data: Float64Array.of(1e300, -2) },
  ],
  [
    'int64',
    { dataType: 7, int64Data: Uint8Array.of(0xac, 0x02, ...new Array<number>(9).fill(0xff), 0x01) },
    { type: 'int64', dims: [2], data: BigInt64Array.of(300n, -1n) },
  ],
  [
    'int32',
    { dataType: 6, int32Data: Uint8Array.of(0xac, 0x02, ...new Array<number>(9).fill(0xff), 0x01) },
    { type: 'int32', dims: [2], data: Int32Array.of(300, -1) },
  ],
  [
    'uint8',
    { dataType: 2, int32Data: Uint8Array.of(0xff, 0x01, 0x07) },
    { type: 'uint8', dims: [2], data: Uint8Array.of(255, 7) },
  ],
  [
    'float16',
    { dataType: 10, int32Data: Uint8Array.of(0x80, 0x78, 0x01) },
    { type: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 1) },
  ],
  [
    'bool',
    { dataType: 9, int32Data: Uint8Array.of(1, 0) },
    { type: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
  ],
];

describe('a tensor of an ONNX file', () => {
  it.each(typed)('of %s is read from its typed field', (_, init, tensor) => {
    expect(decode({ dims: [2n], ...init })).toEqual(tensor);
  });

  it.each([
    [{ dims: [3n], dataType: 6, int32Data: Uint8Array.of(1, 2) }, 'tensor w of shape [3] holds 2 values'],
    [{ dims: [1n], dataType: 6, int32Data: Uint8Array.of(1, 2) }, 'tensor w of shape [1] holds 2 values'],
    [{ dims: [2n ** 50n], dataType: 6, int32Data: Uint8Array.of(1) }, 'holds 1 values'],
    [{ dims: [-1n, -1n], dataType: 6, int32Data: Uint8Array.of(1) }, 'has a negative size'],
    [
      { dims: [1n], dataType: 16, rawData: Uint8Array.of(1, 2) },
      'tensor w has element type bfloat16, which Regraft does not handle',
    ],
    [{ dims: [1n], dataType: 77 }, 'tensor w has element type 77'],
  ] as const)('is refused when it does not fit its shape or type: %#', (init, message) => {
    expect(() => decode({ ...init, dims: [...init.dims] })).toThrow(message);
  });

  it('stays a view into the file where its bytes are aligned', () => {
    const encoded = encode({ dims: [1000n], dataType: 1, rawData: raw(new Float32Array(1000).fill(7)) });
    const shared = [0, 1, 2, 3].map((shift) => {
      const bytes = new Uint8Array(encoded.length + shift);
      bytes.set(encoded, shift);
      return tensorOf(bytes.subarray(shift)).data.buffer === bytes.buffer;
    });
    expect(shared.sort()).toEqual([false, false, false, true]);
  });
});

describe('a tensor in external data', () => {
  const file = new Uint8Array(64);
  new Float32Array(file.buffer).set([1, 2, 3, 4], 4);
  const asked: string[] = [];
  const external: ReadExternal = (location) => {
    asked.push(location);
    return file;
  };

  it('is read at its offset, as a view', () => {
    const tensor = decode(at({ location: 'data/net.bin', offset: '16', length: '16' }), external);
    expect(tensor).toEqual({ type: 'float32', dims: [4], data: Float32Array.of(1, 2, 3, 4) });
    expect(tensor.data.buffer).toBe(file.buffer);
    expect(asked).toEqual(['data/net.bin']);
    expect(decode(at({ location: 'net.bin' }), external).data[0]).toBe(0);
  });

  it.each([
    [
      { location: '/etc/passwd' },
      'the field external_data.location of tensor w is "/etc/passwd", which is no path below',
    ],
    [{ location: '../net.bin' }, '"../net.bin"'],
    [{ location: 'a/../../net.bin' }, '"a/../../net.bin"'],
    [{ location: '..\\net.bin' }, 'external_data.location'],
    [{ location: 'C:\\net.bin' }, 'external_data.location'],
    [{ location: 'net\0.bin' }, 'external_data.location'],
    [{}, 'external_data.location of tensor w is ""'],
    [{ location: 'net.bin', offset: '-4' }, 'the field external_data.offset of tensor w is "-4"'],
    [{ location: 'net.bin', offset: '1e9' }, 'external_data.offset'],
    [
      { location: 'net.bin', offset: '52', length: '16' },
      'external_data.offset of tensor w is 52 and its shape needs 16 bytes, but net.bin has 64',
    ],
    [
      { location: 'net.bin', length: '12' },
      'the field external_data.length of tensor w is "12", but its shape needs 16 bytes',
    ],
  ])('is refused outside the folder or the file: %j', (fields, message) => {
    expect(() => decode(at(fields), external)).toThrow(message);
    expect(() => decode(at(fields), external)).toThrow('in net.onnx');
  });

  it('is refused when the file was not given with it', () => {
    expect(() => decode(at({ location: 'net.bin' }))).toThrow(
      'tensor w lies in another file, net.bin, which was not given',
    );
  });

  function at(fields: Record<string, string>): TensorInit {
    const externalData = Object.entries(fields).map(([key, value]) => ({ key, value }));
    return { dims: [4n], dataType: 1, dataLocation: 1, externalData };
  }
});

function raw(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer);
}

function encode(tensor: TensorInit): Uint8Array {
  const graph = { name: 'net', initializer: [{ name: 'w', ...tensor }] };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph, opsetImport: [{ version: 17n }] }));
}

function decode(tensor: TensorInit, external?: ReadExternal): Tensor {
  return tensorOf(encode(tensor), external);
}

function tensorOf(bytes: Uint8Array, external?: ReadExternal): Tensor {
  const tensor = decodeModel(bytes, 'net.onnx', { external }).graph.initializers.get('w');
  if (tensor === undefined) throw new Error('there is no tensor w');
  return tensor;
}
