import type { ExportFormat } from './export-format.ts';
import { onnxFp16Format } from './onnx-fp16.ts';
import { onnxInt8Format } from './onnx-int8.ts';
import { onnxFormat } from './onnx.ts';
import { webFormat } from './web.ts';

/** Every format that a model can be exported to, in the order of the help. */
export const exportFormats: readonly ExportFormat[] = [onnxFormat, onnxInt8Format, onnxFp16Format, webFormat];
