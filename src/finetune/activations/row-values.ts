import { elementCount } from '../../onnx/build.ts';
import { viewBytes } from '../../onnx/element-types.ts';
import type { Tensor, TensorData } from '../../onnx/graph.ts';
import { halfValues, toHalves } from '../../onnx/half-floats.ts';
import type { Activation } from '../cut/split-graph.ts';

/** How the values of an activation lie on the disk. */
export interface RowValues {
  /**
   * Levels and pixels as they are; real numbers in half precision: what is computed from them then differs by 0.0002 of what differs between photos, where
   * uint8 costs 0.01 to 0.09 (`bench/activation-loss.ts`).
   */
  readonly stored: 'uint8' | 'int8' | 'float16';
  /** Bytes of one view of one photo. */
  readonly bytes: number;
  /** Bytes of the `row`-th view among several. */
  encode(values: TensorData, row: number): Uint8Array;
  /** Puts a row's bytes into the `row`-th place of a tensor that `make` made. */
  decode(bytes: Uint8Array, tensor: Tensor, row: number): void;
  /** A tensor of so many rows, without values. */
  make(rows: number): Tensor;
}

/** Tells how an activation is stored, and converts its rows. */
export function rowValuesOf({ type, dims }: Activation): RowValues {
  const count = elementCount(dims);
  const slice = <T extends TensorData>(values: T, row: number): T =>
    values.subarray(row * count, (row + 1) * count) as T;
  if (type !== 'float32') {
    return {
      stored: type,
      bytes: count,
      encode: (values, row) => bytesOf(slice(values, row)),
      decode: (bytes, { data }, row) => bytesOf(slice(data, row)).set(bytes),
      make: (rows) => ({ type, dims: [rows, ...dims], data: viewBytes(type, new Uint8Array(rows * count)) }),
    };
  }
  return {
    stored: 'float16',
    bytes: count * 2,
    encode: (values, row) => bytesOf(toHalves(slice(values as Float32Array, row))),
    decode(bytes, { data }, row) {
      const [halves, table] = [viewBytes('float16', bytes), halfValues()];
      for (let at = 0, to = row * count; at < count; at++, to++) data[to] = table[Number(halves[at])] ?? NaN;
    },
    make: (rows) => ({ type, dims: [rows, ...dims], data: new Float32Array(rows * count) }),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: TensorData): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
