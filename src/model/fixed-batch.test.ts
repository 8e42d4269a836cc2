import { expect, it } from 'vitest';
import { formulaHead, tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import type { Backbone } from '../backbone/backbone.ts';
import { attachTaps } from '../backbone/taps/attach-taps.ts';
import { node } from '../onnx/build.ts';
import type { Model } from '../onnx/graph.ts';
import { encodeModel } from '../onnx/write.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { buildClassifier } from './build-classifier.ts';
import { buildOwnClassifier, scoresOutput } from './build-own-classifier.ts';

const size = 4;
const labels = ['one', 'two', 'three'];
const fit = { width: size, height: size, resize: 'stretch', crop: 1, kernel: 'bilinear' } as const;

/** A network whose three features are the means of the channels. */
function network(batch: 'N' | 1): Model {
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'means',
      nodes: [
        node('Cast', ['image'], ['real'], { to: { int: 1 } }),
        node('ReduceMean', ['real'], ['means'], { axes: { ints: [1, 2] }, keepdims: { int: 0 } }),
      ],
      initializers: new Map(),
      inputs: [{ name: 'image', type: 'uint8', dims: [batch, size, size, 3] }],
      outputs: [{ name: 'means', type: 'float32', dims: [batch, 3] }],
    },
  };
}

const cut = (batch: 'N' | 1, name: string): Model =>
  attachTaps(network(batch), [{ name, size: 3, tensor: 'means', axes: [] }]);

function trained(batch: 'N' | 1): Model {
  const backbone: Backbone = {
    ...tinyBackbone(),
    preprocess: fit,
    taps: [{ name: 'bottleneck', size: 3 }],
    model: cut(batch, 'bottleneck'),
  };
  return buildClassifier(backbone, ['bottleneck'], formulaHead(3, labels));
}

function imported(batch: 'N' | 1): Model {
  const whole = { model: network(batch), layout: 'NHWC', form: 'float32', preprocess: {} } as const;
  return buildOwnClassifier(
    { id: 'means', sha256: '0'.repeat(64), imported: whole },
    { fit },
    cut(batch, scoresOutput),
    labels,
    false,
  );
}

it.each([
  ['the features', (batch: 'N' | 1) => cut(batch, 'bottleneck')],
  ['a trained model', trained],
  ['a model with its own classes', imported],
])('%s of a network for one photo say so, and are what it gives', async (_, build) => {
  const { graph } = build(1);
  expect(graph.inputs[0]?.dims).toEqual([1, size, size, 3]);
  expect(graph.outputs[0]?.dims).toEqual([1, 3]);
  expect(build('N').graph.outputs[0]?.dims).toEqual(['N', 3]);

  const data = Uint8Array.from({ length: size * size * 3 }, (_, at) => (at * 37) % 256);
  await using sessions = await openSessions(encodeModel(build(1)), { workers: 1 });
  const results = await sessions.run({ image: { type: 'uint8', dims: [1, size, size, 3], data } });
  expect(results[graph.outputs[0]?.name ?? '']?.dims).toEqual([1, 3]);
});
