import type { NetworkFormat } from '../network-format.ts';
import { importTflite } from './import-tflite.ts';

/** TensorFlow Lite: `.tflite` and `.lite`, told by the letters TFL3 at byte 4. */
export const tfliteFormat: NetworkFormat = {
  name: 'TensorFlow Lite',
  named: /\.(tflite|lite)$/i,
  begins: (bytes) => String.fromCharCode(...bytes.subarray(4, 8)) === 'TFL3',
  read: (bytes, source, _, { form }) => importTflite(bytes, source, form),
};
