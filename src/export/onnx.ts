import { modelFileName } from '../model/load.ts';
import { runtimeVersion } from '../runtime/version.ts';
import type { ExportFormat } from './export-format.ts';
import { scoreOnnx } from './score-onnx.ts';

/** The model file in another operator set of ONNX. */
export const onnxFormat: ExportFormat = {
  name: 'onnx',
  describe: 'one ONNX file, in the operator set of --opset',
  runtime: () => `onnxruntime-node ${runtimeVersion()}`,
  needsTrainingPhotos: false,
  takesOpset: true,
  make: ({ bytes }) => Promise.resolve(new Map([[modelFileName, bytes]])),
  score: scoreOnnx,
};
