import { describe, expect, it } from 'vitest';
import { cutNetwork } from './cut/cut-network.ts';
import { checkTime, describeTime, estimateTime } from './estimate-time.ts';
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
    const input = { graphs, cut, classes: 2, judged: 0, workers: 1 };
    const settings = resolveTuningSettings({ epochs: 2, microBatch: 4 });
    const { activations, epochs } = await estimateTime({ ...input, settings, photos: 8, missing: 8 });
    // A few runs of graphs that take a millisecond or so; a wide bound, as the machine may be busy.
    for (const ms of [activations, epochs]) {
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThan(60_000);
    }
    const stored = await estimateTime({ ...input, settings, photos: 8, missing: 0 });
    expect(stored.activations).toBe(0);
  });

  it('is refused when it is longer than allowed', () => {
    expect(() => checkTime({ activations: 1_200_000, epochs: 2_400_000 }, 10)).toThrow(
      'Expected fine-tuning to take at most 10 minutes but it will take about 60 minutes.',
    );
    expect(() => checkTime({ activations: 299_999, epochs: 300_000 }, 10)).not.toThrow();
    expect(() => checkTime({ activations: 0, epochs: 3_600_000 }, undefined)).not.toThrow();
  });

  it('is told with the activations that are missing', () => {
    expect(describeTime({ activations: 90_000, epochs: 20_000 }, 5)).toBe(
      'their activations will take about 2 min, 5 epochs about 20 s',
    );
    expect(describeTime({ activations: 0, epochs: 61_000 }, 1)).toBe('1 epoch will take about 2 min');
  });
});
