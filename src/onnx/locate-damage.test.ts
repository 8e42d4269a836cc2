import { describe, expect, it } from 'vitest';
import { RegraftError } from '../errors.ts';
import { floats, node } from './build.ts';
import { locateDamage } from './locate-damage.ts';
import { ModelProtoSchema } from './proto/onnx_pb.ts';
import { decodeModel } from './read.ts';
import { encodeModel } from './write.ts';

const bytes = encodeModel({
  opset: 17,
  metadata: {},
  graph: {
    name: 'net',
    nodes: [node('Relu', ['x'], ['a']), node('Elu', ['a'], ['y'], { alpha: { float: 1 } })],
    initializers: new Map([['weights', floats([3], [1, 2, 3])]]),
    inputs: [{ name: 'x', type: 'float32', dims: ['N', 3, 4, 4] }],
    outputs: [{ name: 'y', type: 'float32', dims: [] }],
  },
});

describe('the place of damage in an ONNX file', () => {
  it('is nowhere in a whole file', () => {
    expect(locateDamage(ModelProtoSchema, bytes)).toBeUndefined();
  });

  it.each([
    // A length that is too large, at the byte before the text.
    ['Elu', -1, 0x7f, /^graph\.node\[1\](\.op_type)?$/],
    ['alpha', -1, 0x7f, /^graph\.node\[1\]\.attribute\[0\](\.name)?$/],
    // A tag of the kind that does not exist, and one of another encoding than the field has.
    ['alpha', -2, 0x0f, /^graph\.node\[1\]\.attribute\[0\]$/],
    ['weights', -2, 0x40, /^graph\.initializer\[0\]\.name$/],
  ] as const)('is found at the field that holds %s', (text, offset, value, field) => {
    const at = Buffer.from(bytes).indexOf(text) + offset;
    const damaged = bytes.with(at, value);
    const place = locateDamage(ModelProtoSchema, damaged);
    expect(place?.field).toMatch(field);
    expect(place?.byte).toBeLessThanOrEqual(at);
    expect(place?.byte).toBeGreaterThan(at - 20);
  });

  it('is told with byte and field in the error', () => {
    const cut = bytes.subarray(0, Buffer.from(bytes).indexOf('weights'));
    expect(() => decodeModel(cut, 'net.onnx')).toThrow(
      /^Expected an ONNX model in net\.onnx, but byte \d+ \(field graph\) cannot be decoded\.$/,
    );
  });

  it('is told with the code that the caller asks for', () => {
    let error: unknown;
    try {
      decodeModel(bytes.subarray(0, 40), 'net.onnx', { code: 'BACKBONE_INVALID' });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(RegraftError);
    expect(error).toMatchObject({ code: 'BACKBONE_INVALID' });
  });
});
