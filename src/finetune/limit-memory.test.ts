import { describe, expect, it } from 'vitest';
import { bytesPerRow } from '../onnx/gradient/bytes-per-row.ts';
import { cutNetwork } from './cut/cut-network.ts';
import { limitMemory } from './limit-memory.ts';
import { resolveTuningSettings } from './settings.ts';
import { floatBackbone } from './testing/float-backbone.ts';
import { buildTuningGraphs } from './tuning-graphs.ts';

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
const settings = resolveTuningSettings({ batchSize: 64, microBatch: 64 });

describe('a memory limit', () => {
  it('that is wide changes nothing', () => {
    expect(limitMemory(settings, graphs, 2)).toEqual(settings);
  });

  it('makes micro-batches smaller, by what a photo needs in every worker', () => {
    const rows = (limit: number, workers = 1): number =>
      limitMemory(settings, graphs, workers, limit).microBatch;
    const row = bytesPerRow(graphs.gradient);
    const values = [...graphs.parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
    // More than all vectors of parameters: what is left is for photos.
    const fixed = 100 * values;
    const one = rows(fixed);
    expect(rows(fixed + 5 * row)).toBe(one + 5);
    expect(rows(fixed + 10 * row, 2)).toBeLessThan(one + 10);
    expect(rows(fixed + 1000 * row)).toBe(64);
  });

  it('that is too small for one photo is refused with what is needed', () => {
    expect(() => limitMemory(settings, graphs, 1, 1000)).toThrow(
      /^Expected a memory limit of at least \d+ MB for fine-tuning but received 1 MB\.$/,
    );
  });
});
