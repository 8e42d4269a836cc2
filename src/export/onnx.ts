import { modelFileName } from '../model/load.ts';
import { sealModel } from '../model/seal.ts';
import { convertOpset } from '../onnx/opset/convert-opset.ts';
import { encodeModel } from '../onnx/write.ts';
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
  make: ({ model, bytes, opset = model.opset }) => {
    const same = opset === model.opset;
    const file = same ? bytes : sealModel(encodeModel(convertOpset(model, opset)));
    return Promise.resolve(new Map([[modelFileName, file]]));
  },
  score: scoreOnnx,
};
