const since1 = `Abs Add And Cast Ceil Clip Concat Conv ConvTranspose DepthToSpace Div Elu Equal Exp Flatten Floor Gather Gemm
 GlobalAveragePool GlobalMaxPool Greater HardSigmoid Identity InstanceNormalization LRN LeakyRelu Less Log LogSoftmax MatMul Max
 MaxPool Mean Min Mul Neg Not Or PRelu Pad Pow Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean
 ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Selu Shape Sigmoid Slice Softmax Softplus Softsign SpaceToDepth Split
 Sqrt Squeeze Sub Sum Tanh Tile Transpose Unsqueeze Xor AveragePool ArgMax ArgMin BatchNormalization`;

/**
 * The operator set that each operator appeared in (onnx/onnx, Operators.md). Those that are here are written in the sets from 11 to 19 either as they are
 * in set 17, or by a rule.
 */
export const operatorVersions: ReadonlyMap<string, number> = new Map([
  ...since1
    .trim()
    .split(/\s+/)
    .map((op) => [op, 1] as const),
  ...['Atan', 'Cos', 'Sin', 'Tan', 'Acos', 'Asin'].map((op) => [op, 7] as const),
  ...['Expand'].map((op) => [op, 8] as const),
  ...['ConstantOfShape', 'Erf', 'IsNaN', 'Sign', 'Where', 'Shrink'].map((op) => [op, 9] as const),
  ...['DequantizeLinear', 'Mod', 'QuantizeLinear', 'Resize', 'ThresholdedRelu'].map(
    (op) => [op, 10] as const,
  ),
  ...['CumSum', 'GatherElements', 'Range', 'Round', 'TopK'].map((op) => [op, 11] as const),
  ...['Celu', 'Einsum', 'GreaterOrEqual', 'LessOrEqual'].map((op) => [op, 12] as const),
  ...['HardSwish', 'Trilu'].map((op) => [op, 14] as const),
  ['LayerNormalization', 17],
]);
