import type { GradientRule } from './rule.ts';
import { addGradient } from './rules/add.ts';
import { averagePoolGradient } from './rules/average-pool.ts';
import { batchNormalizationGradient } from './rules/batch-normalization.ts';
import { castGradient } from './rules/cast.ts';
import { clipGradient } from './rules/clip.ts';
import { concatGradient } from './rules/concat.ts';
import { convGradient } from './rules/conv.ts';
import { divGradient } from './rules/div.ts';
import { erfGradient } from './rules/erf.ts';
import { expGradient } from './rules/exp.ts';
import { gemmGradient } from './rules/gemm.ts';
import { globalAveragePoolGradient } from './rules/global-average-pool.ts';
import { hardSigmoidGradient } from './rules/hard-sigmoid.ts';
import { hardSwishGradient } from './rules/hard-swish.ts';
import { identityGradient } from './rules/identity.ts';
import { layerNormalizationGradient } from './rules/layer-normalization.ts';
import { leakyReluGradient } from './rules/leaky-relu.ts';
import { logGradient } from './rules/log.ts';
import { logSoftmaxGradient } from './rules/log-softmax.ts';
import { matMulGradient } from './rules/mat-mul.ts';
import { maxGradient } from './rules/max.ts';
import { maxPoolGradient } from './rules/max-pool.ts';
import { mulGradient } from './rules/mul.ts';
import { negGradient } from './rules/neg.ts';
import { padGradient } from './rules/pad.ts';
import { powGradient } from './rules/pow.ts';
import { reduceL2Gradient } from './rules/reduce-l2.ts';
import { reduceMeanGradient } from './rules/reduce-mean.ts';
import { reduceSumGradient } from './rules/reduce-sum.ts';
import { reluGradient } from './rules/relu.ts';
import { reshapeGradient } from './rules/reshape.ts';
import { sigmoidGradient } from './rules/sigmoid.ts';
import { sliceGradient } from './rules/slice.ts';
import { softmaxGradient } from './rules/softmax.ts';
import { softplusGradient } from './rules/softplus.ts';
import { sqrtGradient } from './rules/sqrt.ts';
import { subGradient } from './rules/sub.ts';
import { sumGradient } from './rules/sum.ts';
import { tanhGradient } from './rules/tanh.ts';
import { transposeGradient } from './rules/transpose.ts';

/** The rule of every operator that gradients can be taken through, by its name in ONNX. */
export const gradientRules: ReadonlyMap<string, GradientRule> = new Map(
  Object.entries({
    Add: addGradient,
    AveragePool: averagePoolGradient,
    BatchNormalization: batchNormalizationGradient,
    Cast: castGradient,
    Clip: clipGradient,
    Concat: concatGradient,
    Conv: convGradient,
    Div: divGradient,
    Erf: erfGradient,
    Exp: expGradient,
    Flatten: reshapeGradient,
    Gemm: gemmGradient,
    GlobalAveragePool: globalAveragePoolGradient,
    HardSigmoid: hardSigmoidGradient,
    HardSwish: hardSwishGradient,
    Identity: identityGradient,
    LayerNormalization: layerNormalizationGradient,
    LeakyRelu: leakyReluGradient,
    Log: logGradient,
    LogSoftmax: logSoftmaxGradient,
    MatMul: matMulGradient,
    Max: maxGradient,
    MaxPool: maxPoolGradient,
    Mul: mulGradient,
    Neg: negGradient,
    Pad: padGradient,
    Pow: powGradient,
    ReduceL2: reduceL2Gradient,
    ReduceMean: reduceMeanGradient,
    ReduceSum: reduceSumGradient,
    Relu: reluGradient,
    Reshape: reshapeGradient,
    Sigmoid: sigmoidGradient,
    Slice: sliceGradient,
    Softmax: softmaxGradient,
    Softplus: softplusGradient,
    Sqrt: sqrtGradient,
    Squeeze: reshapeGradient,
    Sub: subGradient,
    Sum: sumGradient,
    Tanh: tanhGradient,
    Transpose: transposeGradient,
    Unsqueeze: reshapeGradient,
  }),
);
