import { modelFileName } from '../model/load.ts';
import { sealModel } from '../model/seal.ts';
import type { GraphNode, Model } from '../onnx/graph.ts';
import { halve } from '../onnx/halve/halve.ts';
import { mostHalf, planHalves } from '../onnx/halve/plan-halves.ts';
import { inferShapes } from '../onnx/infer-shapes.ts';
import { encodeModel } from '../onnx/write.ts';
import { runtimeVersion } from '../runtime/version.ts';

import type { ExportFormat, ExportInput } from './export-format.ts';
import { measureRanges } from './measure-ranges.ts';
import { refuseQuantised } from './refuse-quantised.ts';
import { scoreOnnx } from './score-onnx.ts';

/** Photos that the largest values of each tensor are taken of. */
const measuredPhotos = 32;

/** The model with its network in half precision. */
export const onnxFp16Format: ExportFormat = {
  name: 'onnx-fp16',
  describe: 'one ONNX file, its network in half precision: half the size, for graphics processors',
  runtime: () => `onnxruntime-node ${runtimeVersion()}`,
  needsTrainingPhotos: true,
  takesOpset: false,
  make: async (input) => new Map([[modelFileName, sealModel(encodeModel(await makeFp16(input)))]]),
  // Regraft itself would compute in single precision: see widen-halves.ts.
  score: (folder, photos, context) => scoreOnnx(folder, photos, { ...context, asIs: true }),
};

async function makeFp16({ model, metadata, trainingPhotos, ...context }: ExportInput): Promise<Model> {
  refuseQuantised(model, 'onnx-fp16');
  const facts = inferShapes(model);
  const safe = planHalves(model.graph, facts);
  const tensors = [...safe].flatMap((node) => realTensors(node));
  const photos = trainingPhotos.slice(0, measuredPhotos);
  const { ranges } = await measureRanges(model, [...new Set(tensors)], new Map(), metadata, photos, context);
  const isLarge = (name: string): boolean => {
    const { low, high } = ranges.get(name) ?? { low: 0, high: 0 };
    return Math.max(-low, high) > mostHalf;
  };
  const halves = new Set([...safe].filter((node) => !realTensors(node).some(isLarge)));
  return halve(model, halves, facts);

  function realTensors({ inputs, outputs }: GraphNode): string[] {
    return [...inputs, ...outputs].filter(
      (name) => facts.get(name)?.type === 'float32' && !model.graph.initializers.has(name),
    );
  }
}
