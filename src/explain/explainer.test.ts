import { describe, expect, it } from 'vitest';
import { colourNetwork } from '../../test/fixtures/colour-network.ts';
import { formulaHead } from '../../test/fixtures/tiny-backbone.ts';
import type { Backbone } from '../backbone/backbone.ts';
import { attachTaps } from '../backbone/taps/attach-taps.ts';
import { floatBackbone } from '../finetune/testing/float-backbone.ts';
import { quantisedBackbone } from '../finetune/testing/quantised-backbone.ts';
import type { HeadStep } from '../head/head.ts';
import { buildClassifier, type CalibratedHead } from '../model/build-classifier.ts';
import { buildOwnClassifier, scoresOutput } from '../model/build-own-classifier.ts';
import { attachPixels } from '../onnx/attach-pixels.ts';
import { attachViews } from '../onnx/attach-views.ts';
import { int64s, node } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import { draftModel, randomTensor } from '../onnx/testing/draft-model.ts';
import { seededRandom } from '../onnx/testing/random.ts';
import { viewsOf } from '../shared/photo-view.ts';
import { explainPixels, tensorsOf } from './testing/explain-pixels.ts';

const labels = ['boat', 'house', 'sea'];
const scaling = { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] } as const;

describe('the heat map of a linear head', () => {
  const backbone = floatBackbone();
  const image = drawImage(16, 1);

  it('is, place by place, the weights of the class on the channels there', async () => {
    const head = formulaHead(5, labels);
    const { three } = await tensorsOf(backbone.model, image, ['three']);
    for (const label of labels.keys()) {
      const heat = await explainPixels(buildClassifier(backbone, ['4x4'], head), image, label);
      expect([heat.width, heat.height]).toEqual([4, 4]);
      heat.values.forEach((value, place) => {
        const channels = Array.from({ length: 5 }, (_, channel) => three[channel * 16 + place] ?? NaN);
        expect(value).toBeCloseTo(dot(weightsOf(head, label), channels) / head.temperature, 4);
      });
    }
  });

  it('has the logit itself as its mean, but for the bias', async () => {
    const head = formulaHead(5, labels);
    const model = buildClassifier(backbone, ['4x4'], head);
    const logits = (await tensorsOf(model, image, ['head/calibrated']))['head/calibrated'];
    for (const label of labels.keys()) {
      const heat = await explainPixels(model, image, label);
      const bias = (head.bias[label] ?? NaN) / head.temperature;
      expect(mean(heat.values) + bias).toBeCloseTo(logits[label] ?? NaN, 4);
    }
    expect(new Set(logits.map((logit) => logit.toFixed(3))).size).toBe(labels.length);
  });

  it('on several taps is that of the last one, and its mean what that tap adds', async () => {
    const head = formulaHead(4 + 6 + 5, labels);
    const heat = await explainPixels(buildClassifier(backbone, ['inner', '8x8', '4x4'], head), image, 1);
    const features = (await tensorsOf(backbone.model, image, ['4x4']))['4x4'];
    expect([heat.width, heat.height]).toEqual([4, 4]);
    expect(mean(heat.values)).toBeCloseTo(dot(weightsOf(head, 1).slice(10), features) / head.temperature, 4);
  });

  it('goes through what a network still computes behind its average', async () => {
    const head = formulaHead(7, labels);
    const model = buildClassifier(backbone, ['bottleneck'], head);
    const { three, 'head/calibrated': logits } = await tensorsOf(model, image, ['three', 'head/calibrated']);
    const heat = await explainPixels(model, image, 2);
    expect([heat.width, heat.height]).toEqual([4, 4]);
    // Without the channels, only biases are left of the logit.
    const constants = backbone.model.graph.initializers.get('b5')?.data ?? [];
    const bias = dot(weightsOf(head, 2), Array.from(constants, Number)) + (head.bias[2] ?? NaN);
    expect(mean(heat.values)).toBeCloseTo((logits[2] ?? NaN) - bias / head.temperature, 4);
    expect(three.some((value) => value > 0)).toBe(true);
  });

  it('with several labels a photo explains the logit of each', async () => {
    const head = { ...formulaHead(5, labels), thresholds: [0.4, 0.5, 0.6] };
    const features = (await tensorsOf(backbone.model, image, ['4x4']))['4x4'];
    const heat = await explainPixels(buildClassifier(backbone, ['4x4'], head), image, 0);
    expect(mean(heat.values)).toBeCloseTo(dot(weightsOf(head, 0), features) / head.temperature, 4);
  });

  it('of a model of several views is that of the whole photo', async () => {
    const head = formulaHead(5, labels);
    const heat = await explainPixels(buildClassifier(backbone, ['4x4'], head, viewsOf(4)), image, 1);
    const views = (await tensorsOf(attachViews(backbone.model, viewsOf(4)), image, ['4x4']))['4x4'];
    const logitOf = (view: number): number =>
      dot(weightsOf(head, 1), views.slice(view * 5, view * 5 + 5)) / head.temperature;
    expect(mean(heat.values)).toBeCloseTo(logitOf(0), 4);
    expect(Math.abs(logitOf(0) - logitOf(2))).toBeGreaterThan(1e-3);
  });

  it('of two heads that are joined is the sum of both, also of maps of different sizes', async () => {
    const beside = { ...formulaHead(5, labels, 0.7), taps: ['4x4'] };
    const head: CalibratedHead = {
      ...formulaHead(6, labels),
      beside,
      fineTuned: { cut: 'inner', taps: ['4x4'] },
    };
    const heat = await explainPixels(buildClassifier(backbone, ['8x8'], head), image, 2);
    const features = await tensorsOf(backbone.model, image, ['8x8', '4x4']);
    expect([heat.width, heat.height]).toEqual([8, 8]);
    const both = dot(weightsOf(head, 2), features['8x8']) + dot(weightsOf(beside, 2), features['4x4']);
    expect(mean(heat.values)).toBeCloseTo(both / head.temperature, 4);
  });
});

describe('the heat map of a quantised network', () => {
  const backbone = quantisedBackbone();
  const image = drawImage(24, 2);

  it('reads the real numbers that its levels stand for', async () => {
    const head = formulaHead(10, labels);
    const features = (await tensorsOf(backbone.model, image, ['Block_3'])).Block_3;
    const heat = await explainPixels(buildClassifier(backbone, ['Block_3'], head), image, 0);
    expect([heat.width, heat.height]).toEqual([3, 3]);
    expect(mean(heat.values)).toBeCloseTo(dot(weightsOf(head, 0), features) / head.temperature, 4);
  });

  it('adds up to the part of the tap, but for the rounding of a quantised average', async () => {
    const head = formulaHead(10, labels);
    const features = (await tensorsOf(backbone.model, image, ['bottleneck'])).bottleneck;
    const heat = await explainPixels(buildClassifier(backbone, ['bottleneck'], head), image, 0);
    const weights = weightsOf(head, 0);
    const rounding = (weights.reduce((sum, weight) => sum + Math.abs(weight), 0) * 0.5) / 80;
    const part = dot(weights, features) / head.temperature;
    expect(Math.abs(mean(heat.values) - part)).toBeLessThan(rounding / head.temperature + 1e-4);
  });
});

it('the heat map of a head that is not linear is the slope of the logit where the channels of a place grow', async () => {
  const backbone = floatBackbone();
  const image = drawImage(16, 3);
  const before: HeadStep[] = [
    { kind: 'affine', factor: wave(5, 0.8), offset: wave(5, 0.3) },
    { kind: 'unit-length' },
    { kind: 'dense', weights: wave(6 * 5, 1.3), bias: wave(6, 0.5) },
    { kind: 'relu' },
  ];
  const head: CalibratedHead = { ...formulaHead(6, labels), before };
  const { three } = await tensorsOf(backbone.model, image, ['three']);
  const heat = await explainPixels(buildClassifier(backbone, ['4x4'], head), image, 1);
  const logitWith = (place: number, factor: number): number => {
    const features = Array.from({ length: 5 }, (_, channel) => {
      const channels = three.slice(channel * 16, channel * 16 + 16);
      return mean(channels.map((value, at) => (at === place ? value * factor : value)));
    });
    return logitOf(head, before, features, 1);
  };
  const step = 1e-4;
  heat.values.forEach((value, place) => {
    // A place has a sixteenth of the average.
    const slope = ((logitWith(place, 1 + step) - logitWith(place, 1 - step)) / (2 * step)) * 16;
    expect(value).toBeCloseTo(slope, 3);
  });
  expect(Math.max(...heat.values.map(Math.abs))).toBeGreaterThan(0.01);
});

it('a network with its own classes is explained as one that was trained', async () => {
  const network = attachPixels(colourNetwork(), 'NCHW', scaling, { width: 32, height: 32 });
  const scores = attachTaps(network, [{ name: scoresOutput, size: 5, tensor: 'scores', axes: [] }]);
  const five = ['a', 'b', 'c', 'd', 'e'];
  const fit = { width: 32, height: 32, resize: 'stretch', crop: 1, kernel: 'bilinear' } as const;
  const opened = { id: 'colours', sha256: '3'.repeat(64), imported: { form: 'float32' } };
  const own = buildOwnClassifier(
    opened as Parameters<typeof buildOwnClassifier>[0],
    { fit },
    scores,
    five,
    false,
  );
  const image = drawImage(32, 4);
  const logits = (await tensorsOf(own, image, [scoresOutput]))[scoresOutput];
  const heat = await explainPixels(own, image, 3);
  const bias = Number(colourNetwork().graph.initializers.get('bias')?.data[3]);
  expect([heat.width, heat.height]).toEqual([32, 32]);
  expect(mean(heat.values) + bias).toBeCloseTo(logits[3] ?? NaN, 4);
});

describe('a network of tokens', () => {
  const tokens = [
    node('Conv', ['x', 'patches'], ['cut'], { strides: { ints: [4, 4] } }),
    node('Reshape', ['cut', 'flat'], ['rows']),
    node('Transpose', ['rows'], ['places'], { perm: { ints: [0, 2, 1] } }),
    node('ReduceMean', ['places'], ['class'], { axes: { ints: [1] }, keepdims: { int: 1 } }),
    node('Concat', ['class', 'places'], ['joined'], { axis: { int: 1 } }),
    node('Relu', ['joined'], ['tokens']),
  ];
  const constants = {
    patches: randomTensor([6, 3, 4, 4], 5),
    flat: int64s([0, 6, 16]),
    first: int64s([0], []),
  };

  it('that averages them is explained by those that stand for places', async () => {
    const draft = draftModel([3, 16, 16], tokens, constants);
    const backbone = backboneOf(draft, { tensor: 'tokens', axes: [1] });
    const head = formulaHead(6, labels);
    const image = drawImage(16, 5);
    const values = (await tensorsOf(backbone.model, image, ['tokens'])).tokens;
    const heat = await explainPixels(buildClassifier(backbone, ['tap'], head), image, 0);
    expect([heat.width, heat.height]).toEqual([4, 4]);
    heat.values.forEach((value, place) => {
      const row = values.slice((place + 1) * 6, (place + 2) * 6);
      // Sixteen places of seventeen tokens.
      expect(value).toBeCloseTo(((dot(weightsOf(head, 0), row) / head.temperature) * 16) / 17, 4);
    });
  });

  it('that reads only the class token is not explainable', async () => {
    const first = node('Gather', ['tokens', 'first'], ['token'], { axis: { int: 1 } });
    const draft = draftModel([3, 16, 16], [...tokens, first], constants);
    const backbone = backboneOf(draft, { tensor: 'token', axes: [] });
    const model = buildClassifier(backbone, ['tap'], formulaHead(6, labels));
    await expect(explainPixels(model, drawImage(16, 6), 0)).rejects.toMatchObject({
      code: 'NOT_EXPLAINABLE',
      message: expect.stringContaining('model.onnx') as string,
    });
  });
});

it('a network whose places cannot be traced back is not explainable, and the operator is named', async () => {
  const pool = [node('GlobalMaxPool', ['x'], ['most']), node('Flatten', ['most'], ['flat'])];
  const backbone = backboneOf(draftModel([3, 8, 8], pool), { tensor: 'flat', axes: [] }, 3, 8);
  const model = buildClassifier(backbone, ['tap'], formulaHead(3, labels));
  await expect(explainPixels(model, drawImage(8, 7), 0)).rejects.toMatchObject({
    code: 'NOT_EXPLAINABLE',
    message: expect.stringContaining('GlobalMaxPool') as string,
  });
});

function backboneOf(
  draft: ReturnType<typeof draftModel>,
  { tensor, axes }: { tensor: string; axes: readonly number[] },
  size = 6,
  side = 16,
): Backbone {
  const fit = { width: side, height: side, resize: 'stretch', crop: 1, kernel: 'bilinear' } as const;
  return {
    id: 'drawn',
    sha256: '4'.repeat(64),
    form: 'float32',
    preprocess: fit,
    variant: 'drawn',
    taps: [{ name: 'tap', size }],
    model: attachTaps(attachPixels(draft, 'NCHW', scaling, { width: side, height: side }), [
      { name: 'tap', size, tensor, axes: [...axes] },
    ]),
  };
}

function drawImage(side: number, seed: number): Tensor {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: side * side * 3 }, () => random.int(0, 255));
  return { type: 'uint8', dims: [1, side, side, 3], data };
}

function weightsOf({ weights, bias }: Pick<CalibratedHead, 'weights' | 'bias'>, label: number): number[] {
  const columns = weights.length / bias.length;
  return [...weights.subarray(label * columns, (label + 1) * columns)];
}

/** The calibrated logit of a head, in double precision. */
function logitOf(
  head: CalibratedHead,
  before: readonly HeadStep[],
  features: readonly number[],
  label: number,
): number {
  let row = [...features];
  for (const step of before) {
    if (step.kind === 'affine') row = row.map((value, at) => value * step.factor[at]! + step.offset[at]!);
    else if (step.kind === 'relu') row = row.map((value) => Math.max(0, value));
    else if (step.kind === 'unit-length') row = row.map((value, _, all) => value / Math.hypot(...all));
    else row = Array.from(step.bias, (bias, at) => bias + dot(weightsOf(step, at), row));
  }
  return (dot(weightsOf(head, label), row) + head.bias[label]!) / head.temperature;
}

function wave(length: number, scale: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => scale * Math.cos(index * 2.3 + length));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? NaN), 0);
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
