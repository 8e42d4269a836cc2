import { describe, expect, it } from 'vitest';
import { formulaHead, tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import { rankedPrediction } from '../prediction.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { buildClassifier, buildHeadOnly } from './build-classifier.ts';
import { givesSeveralLabels } from './build-own-classifier.ts';
import { parseMetadata } from './metadata.ts';
import { colourNetwork } from '../../test/fixtures/colour-network.ts';
import { node } from '../onnx/build.ts';

const labels = ['boat', 'house', 'sea'];
const thresholds = [0.3, 0.5, 0.71];
const head = { ...formulaHead(16, labels), thresholds };

describe('the model file of several labels a photo', () => {
  it('gives the sigmoid of each calibrated logit', async () => {
    const features = Float32Array.from({ length: 2 * 16 }, (_, index) => Math.cos(index));
    await using sessions = await openSessions(buildHeadOnly(16, head), { workers: 1 });
    const { probabilities } = await sessions.run({
      features: { type: 'float32', dims: [2, 16], data: features },
    });
    expect(probabilities?.dims).toEqual([2, 3]);
    for (let row = 0; row < 2; row++) {
      for (let label = 0; label < 3; label++) {
        let logit = head.bias[label] ?? NaN;
        for (let column = 0; column < 16; column++) {
          logit += (head.weights[label * 16 + column] ?? NaN) * (features[row * 16 + column] ?? NaN);
        }
        expect(probabilities?.data[row * 3 + label]).toBeCloseTo(
          1 / (1 + Math.exp(-logit / head.temperature)),
          5,
        );
      }
    }
  });

  it('says its task and thresholds in its metadata, where one of one label says nothing', () => {
    const { metadata } = buildClassifier(tinyBackbone(), ['bottleneck'], head);
    expect(metadata).toMatchObject({ 'regraft.task': 'multi-label', 'regraft.thresholds': '[0.3,0.5,0.71]' });
    expect(parseMetadata(metadata, 'model.onnx')).toMatchObject({ task: 'multi-label', thresholds });
    const single = buildClassifier(tinyBackbone(), ['bottleneck'], formulaHead(16, labels)).metadata;
    expect(Object.keys(single)).not.toContain('regraft.task');
    expect(Object.keys(single)).not.toContain('regraft.thresholds');
    expect(parseMetadata(single, 'model.onnx')).toMatchObject({ task: 'single-label', thresholds: null });
  });

  it.each([
    ['thresholds of another number', { 'regraft.thresholds': '[0.3,0.5]' }, /expected 3 thresholds, found 2/],
    ['a threshold above 1', { 'regraft.thresholds': '[0.3,0.5,1.5]' }, /regraft\.thresholds/],
    ['a task of a later version', { 'regraft.task': 'ranking' }, /regraft\.task/],
  ])('is refused with %s', (_, change, message) => {
    const { metadata } = buildHeadOnly(16, head);
    expect(() => parseMetadata({ ...metadata, ...change }, 'model.onnx')).toThrow(message);
    expect(() => parseMetadata({ ...metadata, ...change }, 'model.onnx')).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }) as Error,
    );
  });

  it('is refused with thresholds but without a task, and the other way round', () => {
    const { 'regraft.task': task, 'regraft.thresholds': written, ...rest } = buildHeadOnly(16, head).metadata;
    expect(() => parseMetadata({ ...rest, 'regraft.thresholds': written ?? '' }, 'm')).toThrow(
      /no thresholds, found 3/,
    );
    expect(() => parseMetadata({ ...rest, 'regraft.task': task ?? '' }, 'm')).toThrow(
      /3 thresholds, found none/,
    );
  });
});

describe('a prediction of several labels', () => {
  it('has every class whose probability is at least its threshold, most probable first', () => {
    const prediction = rankedPrediction('a.jpg', Float32Array.of(0.4, 0.5, 0.7), { labels, thresholds }, 2);
    expect(prediction.label).toBe('sea');
    expect(prediction.top.map(({ label }) => label)).toEqual(['sea', 'house']);
    expect(prediction.labels?.map(({ label }) => label)).toEqual(['house', 'boat']);
    expect(rankedPrediction('', new Float32Array(3), { labels, thresholds }, 1).labels).toEqual([]);
    expect(rankedPrediction('', new Float32Array(3), { labels, thresholds: null }, 1)).not.toHaveProperty(
      'labels',
    );
  });
});

describe('a network that ends in a sigmoid', () => {
  it('gives several labels, and none that ends otherwise', () => {
    const model = colourNetwork();
    const graph = {
      ...model.graph,
      nodes: [...model.graph.nodes, node('Sigmoid', ['scores'], ['tags'])],
      outputs: [{ name: 'tags', type: 'float32', dims: ['N', 5] } as const],
    };
    expect(givesSeveralLabels({ ...model, graph }, 'tagger', 5)).toBe(true);
    expect(givesSeveralLabels(model, 'colours', 5)).toBe(false);
    expect(() => givesSeveralLabels({ ...model, graph }, 'tagger', 1)).toThrow(
      /Sigmoid \(node tags\) ends tagger with the probability of one class/,
    );
  });
});
