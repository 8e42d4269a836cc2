import type { TensorProto } from './proto/onnx_pb.ts';

/** Gives the bytes of a file that lies beside an ONNX file, by its relative path with `/`. */
export type ReadExternal = (location: string) => Uint8Array;

/**
 * Gives the bytes of a tensor whose values lie in a file beside the ONNX file, as a view.
 * Fields: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 *
 * @param length - How many bytes the tensor's shape needs.
 * @param invalid - Makes the error that is thrown, from its reason.
 */
export function externalBytes(
  proto: TensorProto,
  tensor: string,
  length: number,
  invalid: (reason: string) => Error,
  read: ReadExternal | undefined,
): Uint8Array {
  const fields = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const field = (name: string): string => `the field external_data.${name} of tensor ${tensor}`;
  const location = fields.get('location') ?? '';
  if (!isBeside(location)) {
    throw invalid(
      `${field('location')} is ${JSON.stringify(location)}, which is no path below its own folder`,
    );
  }
  const offset = wholeNumber(fields.get('offset') ?? '0');
  if (offset === undefined) {
    throw invalid(
      `${field('offset')} is ${JSON.stringify(fields.get('offset'))}, which is no number of bytes`,
    );
  }
  const stated = fields.get('length');
  if (stated !== undefined && wholeNumber(stated) !== length) {
    throw invalid(`${field('length')} is ${JSON.stringify(stated)}, but its shape needs ${length} bytes`);
  }
  if (read === undefined) {
    throw invalid(`tensor ${tensor} lies in another file, ${location}, which was not given with it`);
  }
  const file = read(location);
  if (offset + length > file.byteLength) {
    throw invalid(
      `${field('offset')} is ${offset} and its shape needs ${length} bytes, but ${location} has ${file.byteLength}`,
    );
  }
  return file.subarray(offset, offset + length);
}

/** A relative path without a way out of its folder, on any system. */
function isBeside(location: string): boolean {
  const parts = location.split(/[/\\]/);
  return (
    location !== '' &&
    !location.includes('\0') &&
    !/^[a-z]:/i.test(location) &&
    parts.every((part) => part !== '..' && part !== '')
  );
}

function wholeNumber(text: string): number | undefined {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  return number;
}
