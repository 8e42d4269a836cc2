import { describe, expect, it } from 'vitest';
import { bytesPerRow } from '../onnx/gradient/bytes-per-row.ts';
import { cutNetwork } from './cut/cut-network.ts';
import { limitMemory } from './limit-memory.ts';
import { resolveTuningSettings } from './settings.ts';
import { floatBackbone } from './testing/float-backbone.ts';
import { buildTuningGraphs } from './tuning-graphs.ts';
import { estimateTuningMemory } from './tuning-memory.ts';

const cut = cutNetwork(floatBackbone(), '8x8');
const taps = cut.taps.upper.slice(-1);
const columns = taps[0]?.size ?? 0;
const zeros = (length: number): Float32Array => new Float32Array(length);
const graphs = buildTuningGraphs({
  cut,
  taps,
  head: { weights: zeros(2 * columns), bias: zeros(2), factor: zeros(columns), offset: zeros(columns) },
  task: 'single-label',
});
// So many photos that every worker has something to do.
const settings = resolveTuningSettings({ batchSize: 640, microBatch: 64 });

describe('a memory limit', () => {
  it('that is wide changes nothing', () => {
    expect(limitMemory(settings, graphs, 2)).toEqual(settings);
  });

  it('makes micro-batches as small as they must be, by what is estimated for them', () => {
    const row = bytesPerRow(graphs.gradient);
    const values = [...graphs.parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
    const needed = (microBatch: number, workers: number): number =>
      estimateTuningMemory(values, row, { ...settings, microBatch }, workers);
    for (const workers of [1, 2, 3]) {
      for (const microBatch of [1, 7, 40, 64]) {
        const limit = needed(microBatch, workers);
        expect(limitMemory(settings, graphs, workers, limit).microBatch).toBe(microBatch);
      }
      expect(limitMemory(settings, graphs, workers, needed(7, workers) - 1).microBatch).toBe(6);
    }
  });

  it('that is too small for one photo is refused with what is needed', () => {
    expect(() => limitMemory(settings, graphs, 1, 1000)).toThrow(
      /^Expected a memory limit of at least \d+ MB for fine-tuning but received 1 MB\.$/,
    );
  });
});
