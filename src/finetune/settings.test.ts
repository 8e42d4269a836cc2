import { describe, expect, it } from 'vitest';
import { resolveTuningSettings } from './settings.ts';

describe('resolveTuningSettings', () => {
  it('fills in what suits the optimizer and the schedule', () => {
    expect(resolveTuningSettings()).toEqual({
      optimizer: 'sgd',
      learningRate: 2e-3,
      schedule: 'one-cycle',
      warmUp: 0.3,
      weightDecay: 1e-4,
      labelSmoothing: 0,
      mixup: 0,
      epochs: 5,
      batchSize: 32,
      microBatch: 8,
      patience: null,
      clipNorm: null,
      average: null,
    });
    expect(resolveTuningSettings({ optimizer: 'adamw', schedule: 'cosine' })).toMatchObject({
      learningRate: 1e-4,
      warmUp: 0.1,
    });
  });

  it('runs no more photos at once than a batch has', () => {
    expect(resolveTuningSettings({ batchSize: 3, microBatch: 8 }).microBatch).toBe(3);
  });

  it.each([
    ['optimizer', 'adam', 'Expected "sgd" or "adamw" for optimizer but received "adam".'],
    ['learningRate', 0, 'Expected a number above 0 for learningRate but received 0.'],
    ['learningRate', Infinity, 'Expected a number above 0 for learningRate but received Infinity.'],
    ['schedule', 'step', 'Expected "one-cycle" or "cosine" or "constant" for schedule but received "step".'],
    ['warmUp', 1, 'Expected a number from 0 to 0.9 for warmUp but received 1.'],
    ['weightDecay', -1, 'Expected a number from 0 to 1 for weightDecay but received -1.'],
    ['labelSmoothing', 1, 'Expected a number from 0 to 0.9 for labelSmoothing but received 1.'],
    ['epochs', 0, 'Expected a whole number from 1 to 10000 for epochs but received 0.'],
    ['batchSize', 1.5, 'Expected a whole number from 1 to 65536 for batchSize but received 1.5.'],
    ['microBatch', '8', 'Expected a whole number from 1 to 65536 for microBatch but received "8".'],
    ['patience', 0, 'Expected null or a whole number of at least 1 for patience but received 0.'],
    ['clipNorm', 0, 'Expected null or a number above 0 for clipNorm but received 0.'],
    ['average', 1, 'Expected null or a number from 0 to 0.999999 for average but received 1.'],
    ['momentum', 0.8, 'Fine-tuning has no option "momentum".'],
  ])('refuses %s %j', (name, value, message) => {
    const resolve = (): unknown => resolveTuningSettings({ [name]: value });
    expect(resolve).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }));
  });
});
