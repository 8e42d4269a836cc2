import { RegraftError } from '../../errors.ts';
import type { NetworkFormat } from '../network-format.ts';
import { importOnnx } from './import-onnx.ts';

/** ONNX: `.onnx`, or a protobuf message that begins with its first field, the version of its format. */
export const onnxFormat: NetworkFormat = {
  name: 'ONNX',
  named: /\.onnx$/i,
  begins: (bytes) => bytes[0] === 0x08,
  read: (bytes, source, beside) =>
    importOnnx(bytes, source, {
      external(location) {
        const found = beside(location);
        if (found !== undefined) return found;
        throw new RegraftError(
          'BACKBONE_INVALID',
          `Expected the external data ${location} beside ${source} but found none.`,
          { hint: 'Put both files into one place, or save the network as one file.' },
        );
      },
    }),
};
