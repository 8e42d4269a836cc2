import type { SharedFloats } from '../runtime/session-pool.ts';
import { openOptimizer, type Optimizer } from './optimizer.ts';
import { packParameters, type ParameterLayout, shareVector } from './parameter-layout.ts';
import type { TuningSettings } from './settings.ts';
import type { TuningPoint, TuningProblem } from './tuning.ts';

/** How far a fine-tuning is; but for the vectors plain data, which JSON keeps to the bit. */
export interface TuningPosition {
  /** The epoch under way, from 1; one more than there are when all are done. */
  epoch: number;
  /** Steps of that epoch that are done; with all of them done, its validation is next. */
  step: number;
  /** Mean loss of each step since the start. */
  losses: number[];
  /** Of this epoch's photos so far, the sum of their losses. */
  epochLoss: number;
  epochMs: number;
  curve: TuningPoint[];
  /** 0 while there is none. */
  bestEpoch: number;
}

/** All that the rest of a fine-tuning depends on. */
export interface TuningState {
  position: TuningPosition;
  readonly weights: SharedFloats;
  /** The weights of the best epoch. */
  readonly best: Float32Array;
  /** The moving average of the weights, where one is kept. */
  readonly average: SharedFloats | undefined;
  readonly optimizer: Optimizer;
}

/** Starts a fine-tuning at its first step. */
export function startState(
  { parameters }: Pick<TuningProblem, 'parameters'>,
  settings: TuningSettings,
  layout: ParameterLayout,
): TuningState {
  const { length } = layout;
  const weights = shareVector(length);
  packParameters(parameters, layout, weights);
  const average = settings.average === null ? undefined : shareVector(length);
  average?.set(weights);
  return {
    position: { epoch: 1, step: 0, losses: [], epochLoss: 0, epochMs: 0, curve: [], bestEpoch: 0 },
    weights,
    best: Float32Array.from(weights),
    average,
    optimizer: openOptimizer(settings, layout),
  };
}

/** The vectors of a state, by name. */
export function stateVectors({
  weights,
  best,
  average,
  optimizer,
}: TuningState): Readonly<Record<string, Float32Array>> {
  return { weights, best, ...(average && { average }), ...optimizer.memory };
}
