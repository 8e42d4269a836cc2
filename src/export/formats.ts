import type { ExportFormat } from './export-format.ts';
import { onnxFormat } from './onnx.ts';
import { webFormat } from './web.ts';

/** Every format that a model can be exported to, in the order of the help. */
export const exportFormats: readonly ExportFormat[] = [onnxFormat, webFormat];
