import type { RunRecord } from './run-record.ts';

const retrainSettings = [
  'steps',
  'learningRate',
  'trainBatchSize',
  'validationBatchSize',
  'evalStepInterval',
  'initStddev',
  'keep',
] as const;

/** Gives the settings of a run's head that a training with the same head is given; what the run chose by itself is chosen again. */
export function askedHeadSettings({ type, settings }: RunRecord['head']): RunRecord['head']['settings'] {
  const names =
    type === 'retrain'
      ? retrainSettings
      : [
          ...(settings.l2ChosenBy === 'option' ? ['l2'] : []),
          ...(settings.epochsChosenBy === 'option' ? ['epochs'] : []),
          ...(settings.classWeights === 'balanced' ? ['classWeights'] : []),
          ...(type === 'mlp' ? ['hidden', 'learningRate'] : []),
        ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = settings[name] ?? null;
      return value === null ? [] : [[name, value]];
    }),
  );
}
