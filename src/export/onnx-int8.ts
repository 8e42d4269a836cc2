import { RegraftError } from '../errors.ts';
import { modelFileName } from '../model/load.ts';
import { sealModel } from '../model/seal.ts';
import type { Model } from '../onnx/graph.ts';
import { planQuantisation } from '../onnx/quantise/plan.ts';
import { quantise } from '../onnx/quantise/quantise.ts';
import { encodeModel } from '../onnx/write.ts';
import { runtimeVersion } from '../runtime/version.ts';
import { calibrate } from './calibrate.ts';
import type { ExportFormat, ExportInput } from './export-format.ts';
import { refuseQuantised } from './refuse-quantised.ts';
import { scoreOnnx } from './score-onnx.ts';

/** The model with its network on 8-bit integers; the head stays in floating point. */
export const onnxInt8Format: ExportFormat = {
  name: 'onnx-int8',
  describe: 'one ONNX file, its network on 8-bit integers: a quarter of the size, faster',
  runtime: () => `onnxruntime-node ${runtimeVersion()}`,
  needsTrainingPhotos: true,
  takesOpset: false,
  make: async (input) => new Map([[modelFileName, sealModel(encodeModel(await makeInt8(input)))]]),
  score: scoreOnnx,
};

async function makeInt8({ model, metadata, trainingPhotos, ...context }: ExportInput): Promise<Model> {
  refuseQuantised(model, 'onnx-int8');
  const plan = planQuantisation(model.graph);
  if (plan.nodes.size === 0) {
    throw new RegraftError(
      'INVALID_OPTION',
      'Expected convolutions with constant weights for onnx-int8 but found none in the model.',
      {
        hint: 'onnx-fp16 takes any network.',
      },
    );
  }
  return quantise(model, plan, await calibrate(model, plan, metadata, trainingPhotos, context));
}
