import { describe, expect, it } from 'vitest';
import { cutNetwork } from './cut/cut-network.ts';
import { checkTime, estimateTime } from './estimate-time.ts';
import { resolveTuningSettings } from './settings.ts';
import { floatBackbone } from './testing/float-backbone.ts';
import { quantisedBackbone } from './testing/quantised-backbone.ts';
import { buildTuningGraphs } from './tuning-graphs.ts';

describe('the time of a fine-tuning', () => {
  it.each([
    ['8x8', floatBackbone()],
    ['all', quantisedBackbone()],
    ['Block_1', quantisedBackbone()],
  ])('is estimated for a network cut at %s', async (where, backbone) => {
    const cut = cutNetwork(backbone, where);
    const taps = cut.taps.upper.slice(-1);
    const columns = taps[0]?.size ?? 0;
    const zeros = (length: number): Float32Array => new Float32Array(length);
    const graphs = buildTuningGraphs({
      cut,
      taps,
      head: { weights: zeros(2 * columns), bias: zeros(2), factor: zeros(columns), offset: zeros(columns) },
      task: 'single-label',
    });
    const input = { graphs, activation: cut.activation, classes: 2, judged: 0, workers: 1 };
    const settings = resolveTuningSettings({ epochs: 2, microBatch: 4 });
    const ms = await estimateTime({ ...input, settings, photos: 8 });
    // Four runs of a graph that takes a millisecond or so; a wide bound, as the machine may be busy.
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(60_000);
  });

  it('is refused when it is longer than allowed', () => {
    expect(() => checkTime(3_600_000, 10)).toThrow(
      'Expected fine-tuning to take at most 10 minutes but its epochs will take about 60 minutes.',
    );
    expect(() => checkTime(599_999, 10)).not.toThrow();
    expect(() => checkTime(3_600_000, undefined)).not.toThrow();
  });
});
