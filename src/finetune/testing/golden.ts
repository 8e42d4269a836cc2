import { readFile } from 'node:fs/promises';
import type { TuningSettings } from '../settings.ts';
import type { TinyShape } from './tiny-graphs.ts';

/** What PyTorch computes; made by test/goldens/tuning.py. */
export interface TuningGolden {
  readonly schedules: readonly (Pick<TuningSettings, 'schedule' | 'learningRate' | 'warmUp'> & {
    readonly total: number;
    readonly rates: readonly number[];
  })[];
  /** The first six of nine weights decay, the others have three times the rate of 0.02; gradients are sums over four rows. */
  readonly optimizers: readonly (Pick<TuningSettings, 'optimizer' | 'weightDecay' | 'clipNorm'> & {
    readonly start: readonly number[];
    readonly gradients: readonly (readonly number[])[];
    readonly weights: readonly (readonly number[])[];
  })[];
  /** One step an epoch, on all photos; the second layer has twice the rate. */
  readonly trainings: readonly (Pick<
    TuningSettings,
    'optimizer' | 'learningRate' | 'weightDecay' | 'warmUp' | 'labelSmoothing' | 'clipNorm' | 'epochs'
  > & {
    readonly shape: TinyShape;
    readonly x: readonly number[];
    readonly labels: readonly number[];
    readonly start: Readonly<Record<string, readonly number[]>>;
    readonly rates: readonly number[];
    readonly losses: readonly number[];
    readonly end: Readonly<Record<string, readonly number[]>>;
  })[];
  readonly averages: readonly {
    readonly decay: number;
    readonly weights: readonly (readonly number[])[];
    readonly averages: readonly (readonly number[])[];
  }[];
}

/** Reads the golden numbers. */
export async function readTuningGolden(): Promise<TuningGolden> {
  const url = new URL('../../../test/goldens/tuning.json', import.meta.url);
  return JSON.parse(await readFile(url, 'utf8')) as TuningGolden;
}
