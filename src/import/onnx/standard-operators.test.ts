import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { conversionsDown } from './conversions-down.ts';
import { conversionsUp } from './conversions-up.ts';
import { standardOperators } from './standard-operators.ts';

/** Made by test/goldens/onnx-operators.py of the onnx package: in which sets an operator changed; negative: was removed. */
const history = JSON.parse(
  readFileSync(new URL('../../../test/goldens/onnx-operators.json', import.meta.url), 'utf8'),
) as Record<string, readonly number[]>;

const beyondTensors =
  /^(If|Loop|Scan|Sequence.*|SplitToSequence|ConcatFromSequence|Optional.*|String.*|TfIdfVectorizer)$/;

/**
 * Changes that a network for images does not notice, read one by one in ONNX's Changelog.md: other element types; negative axes; attributes
 * and inputs whose defaults mean what it did before.
 */
const unnoticed: Readonly<Record<number, string>> = {
  8: `Max MaxPool Mean Min Sum`,
  9: `Cast Constant Flatten Gemm Greater Less MatMul PRelu`,
  10: `AveragePool Dropout MaxPool`,
  11: `ArgMax ArgMin AveragePool Compress Concat Constant Conv ConvTranspose DepthToSpace Equal
    Flatten Gather Gemm Hardmax LogSoftmax LpPool MaxPool MaxUnpool NonMaxSuppression OneHot
    ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
    ReduceSum ReduceSumSquare Slice Softmax Split Squeeze TopK Unsqueeze`,
  12: `ArgMax ArgMin Clip Constant Dropout GatherND Max MaxPool Min Pow ReduceMax ReduceMin`,
  13: `Abs Add ArgMax ArgMin Cast Ceil Clip Concat Constant DepthToSpace DequantizeLinear Div Dropout
    Equal Erf Exp Expand Flatten Floor Gather GatherElements GatherND Gemm Greater Identity IsNaN
    LRN Less Log MatMul Max Mean MeanVarianceNormalization Min Mod Mul Neg
    NegativeLogLikelihoodLoss NonZero Pad Pow QuantizeLinear Reciprocal ReduceL1 ReduceL2
    ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare Relu
    Reshape ScatterElements ScatterND Shape Sigmoid Sign Size Slice SoftmaxCrossEntropyLoss
    SpaceToDepth Sqrt Sub Sum Tanh Tile Transpose`,
  14: `Add BatchNormalization CumSum Div GRU Identity LSTM Mul RNN Relu Reshape Sub`,
  15: `BatchNormalization Pow Shape`,
  16: `GreaterOrEqual Identity LeakyRelu LessOrEqual PRelu ScatterElements ScatterND Where`,
  19: `Constant DequantizeLinear Equal Identity Reshape Shape Size`,
  20: `ConstantOfShape IsInf IsNaN`,
  21: `Cast CastLike Constant ConstantOfShape Flatten Identity Pad QLinearMatMul Reshape Shape Size
    Squeeze Transpose Unsqueeze`,
  22: `Acos Acosh Asin Asinh Atan Atanh AveragePool Bernoulli Conv ConvTranspose Cos Cosh Det Dropout
    Elu EyeLike GRU GlobalAveragePool GlobalLpPool GlobalMaxPool GridSample HardSigmoid HardSwish
    InstanceNormalization LSTM LpNormalization LpPool MaxPool MaxRoiPool MaxUnpool Mish Multinomial
    NegativeLogLikelihoodLoss RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike
    RoiAlign Round Selu Sin Sinh Softplus Softsign Tan ThresholdedRelu`,
};

it('the standard operators are those that set 17 has on tensors of numbers', () => {
  const expected = Object.entries(history).filter(([name, sets]) => {
    const last = sets.filter((set) => Math.abs(set) <= 17).at(-1);
    return last !== undefined && last > 0 && !beyondTensors.test(name);
  });
  expect([...standardOperators].sort()).toEqual(expected.map(([name]) => name).sort());
});

it('every change of an operator between the sets 7 and 22 is converted, or known not to matter', () => {
  const open: string[] = [];
  for (const [name, sets] of Object.entries(history)) {
    const [first = 0] = sets;
    const isOurs = standardOperators.has(name) || name in conversionsUp || name in conversionsDown;
    if (!isOurs) continue;
    for (const set of sets.map(Math.abs)) {
      // What a set below 17 brought anew has no older form.
      if (set <= 7 || (set === first && set <= 17)) continue;
      const table = set <= 17 ? conversionsUp : conversionsDown;
      const isConverted = table[name]?.some(({ since }) => since === set) ?? false;
      const isKnown = unnoticed[set]?.split(/\s+/).includes(name) ?? false;
      if (isConverted === isKnown) open.push(`${name} ${set}`);
    }
  }
  expect(open).toEqual([]);
});

it('no conversion is there for a set that did not change the operator', () => {
  for (const [name, changes] of [...Object.entries(conversionsUp), ...Object.entries(conversionsDown)]) {
    const sets = history[name]?.map(Math.abs) ?? [];
    expect(
      changes.map(({ since }) => since).filter((since) => !sets.includes(since)),
      name,
    ).toEqual([]);
  }
});
