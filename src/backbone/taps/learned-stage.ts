import { isStandard } from '../../onnx/attributes.ts';
import type { ImagePath } from './image-path.ts';

/** How far a tensor is from the image: before any layer with weights, behind one, or behind a nonlinearity after one. */
export type LearnedStage = 'pixels' | 'linear' | 'learned';

const layers = new Set([
  ...[
    'Conv',
    'ConvTranspose',
    'ConvInteger',
    'QLinearConv',
    'Gemm',
    'MatMul',
    'MatMulInteger',
    'QLinearMatMul',
  ],
  'Einsum',
]);
const linear = new Set([
  ...[
    'Add',
    'Sub',
    'Mul',
    'Div',
    'BatchNormalization',
    'Transpose',
    'Reshape',
    'Flatten',
    'Squeeze',
    'Unsqueeze',
  ],
  ...[
    'Pad',
    'Identity',
    'Cast',
    'DequantizeLinear',
    'Concat',
    'Slice',
    'Split',
    'Gather',
    'Expand',
    'Tile',
    'Resize',
  ],
  ...[
    'AveragePool',
    'GlobalAveragePool',
    'ReduceMean',
    'ReduceSum',
    'DepthToSpace',
    'SpaceToDepth',
    'Dropout',
  ],
]);
const order: readonly LearnedStage[] = ['pixels', 'linear', 'learned'];

/** Tells for each tensor on the image's way how far it has come: only behind a nonlinearity is a tensor worth a tap. */
export function learnedStages({ nodes }: ImagePath): ReadonlyMap<string, LearnedStage> {
  const stages = new Map<string, LearnedStage>();
  for (const node of nodes) {
    const before = Math.max(0, ...node.inputs.map((name) => order.indexOf(stages.get(name) ?? 'pixels')));
    const isLayer = isStandard(node) && layers.has(node.op);
    const isBent = before > 0 && !isLayer && !(isStandard(node) && linear.has(node.op));
    const after = isBent ? 2 : isLayer ? Math.max(1, before) : before;
    for (const name of node.outputs) stages.set(name, order[after] ?? 'pixels');
  }
  return stages;
}
