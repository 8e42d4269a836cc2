import type { RunRecord } from '../../model/run-record.ts';
import { makeRun } from './make-run.ts';

/** Makes the record of a multi-label run whose figures fit together: 20 test photos, of which each class is shown by five. */
export function makeLabelRun(classes: readonly string[], mistakes: 'some' | 'none' = 'some'): RunRecord {
  const run = makeRun({ classes });
  const [missed, wrong] = mistakes === 'some' ? [1, 2] : [0, 0];
  const hits = 5 - missed;
  const rates = {
    precision: hits / (hits + wrong),
    recall: hits / 5,
    f1: (2 * hits) / (2 * hits + missed + wrong),
  };
  const accuracy = mistakes === 'some' ? 0.6 : 1;
  return {
    ...run,
    dataset: { ...run.dataset, task: 'multi-label' },
    mistakes: [],
    metrics: {
      validation: { accuracy: 0.5, count: 20 },
      test: {
        ...run.metrics.test,
        count: 20,
        accuracy,
        interval95: [0.3866, 0.7812],
        topK: [],
        confusion: [],
        macro: rates,
        perClass: classes.map((label) => ({ label, support: 5, ...rates })),
      },
      multiLabel: {
        validationMeanAveragePrecision: 0.871,
        meanAveragePrecision: 0.903,
        micro: rates,
        perClass: classes.map((label, index) => ({
          label,
          averagePrecision: 0.95 - index / 1000,
          threshold: 0.42,
          hits,
          missed,
          wrong,
        })),
        mistakes: mistakes === 'none' ? [] : listMistakes(classes),
      },
    },
  };
}

function listMistakes(
  classes: readonly string[],
): NonNullable<RunRecord['metrics']['multiLabel']>['mistakes'] {
  const [first = '', second = ''] = classes;
  return [
    { path: 'a.jpg', label: second, kind: 'wrong', probability: 0.97, threshold: 0.42, shows: [first] },
    {
      path: 'b.jpg',
      label: first,
      kind: 'missing',
      probability: 0.021,
      threshold: 0.42,
      shows: [first, second],
    },
    { path: 'a.jpg', label: first, kind: 'missing', probability: 0.1, threshold: 0.42, shows: [first] },
    { path: 'c.jpg', label: first, kind: 'wrong', probability: 0.8, threshold: 0.42, shows: [] },
  ];
}
