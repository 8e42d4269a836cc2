import { graphdefFormat } from './graphdef/format.ts';
import type { NetworkFormat } from './network-format.ts';
import { onnxFormat } from './onnx/format.ts';
import { tfjsFormat } from './tfjs/format.ts';
import { tfliteFormat } from './tflite/format.ts';

/** Every format that can be imported, in the order in which a file is asked, by its name first; a new one is a line here. */
export const formats: readonly NetworkFormat[] = [tfliteFormat, tfjsFormat, onnxFormat, graphdefFormat];
