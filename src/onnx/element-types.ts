import type { ElementType, TensorData } from './graph.ts';

/** ONNX's numbers for element types (TensorProto.DataType). */
export const elementTypeNumbers: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** The element type of a number of ONNX, undefined for those that Regraft does not handle. */
export function elementTypeOf(number: number): ElementType | undefined {
  return (Object.keys(elementTypeNumbers) as ElementType[]).find(
    (type) => elementTypeNumbers[type] === number,
  );
}

const otherNames: Readonly<Record<number, string>> = {
  4: 'uint16',
  5: 'int16',
  8: 'string',
  12: 'uint32',
  13: 'uint64',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  21: 'uint4',
  22: 'int4',
};

/** Says an element type of ONNX in words, whether Regraft handles it or not. */
export function elementTypeName(number: number): string {
  const name = elementTypeOf(number) ?? otherNames[number];
  return name === undefined ? `element type ${number}` : `element type ${name}`;
}

const arrays = {
  float32: Float32Array,
  float16: Uint16Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const satisfies Record<ElementType, unknown>;

/** Views raw little-endian bytes as values; copies only when the bytes are not aligned for the type. */
export function viewBytes(type: ElementType, bytes: Uint8Array): TensorData {
  const constructor = arrays[type];
  const size = constructor.BYTES_PER_ELEMENT;
  // Not slice(): that of a Node Buffer gives a view.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new constructor(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    Math.floor(aligned.byteLength / size),
  );
}
