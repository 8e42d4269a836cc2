import { expect, it } from 'vitest';
import type { ComparedRepeats, ComparedRun, Comparison } from '../../runs/comparison.ts';
import { openMemoryScreen } from '../testing/memory-screen.ts';
import { formatComparison } from './comparison-block.ts';

const run: ComparedRun = {
  name: 'classic',
  folder: '/models/classic',
  seed: 0,
  backbone: 'inception-v3',
  taps: ['bottleneck'],
  head: 'retrain',
  training: 811,
  headMs: 4200,
  modelBytes: 22_150_348,
  right: 100,
  accuracy: 100 / 115,
  interval95: [0.7959, 0.9198],
  logLoss: 0.4121,
  ece: 0.0311,
  difference: null,
};
const difference = {
  accuracy: 6 / 115,
  interval95: [-0.0087, 0.113] as const,
  onlyFirst: 3,
  onlyThis: 9,
  pValue: 0.146,
  adjustedPValue: 0.146,
  verdict: 'undecided' as const,
  sentence: 'The data cannot tell.',
};
const runs: Comparison = {
  kind: 'runs',
  classes: ['a', 'b', 'c'],
  photos: 115,
  runs: [
    run,
    {
      ...run,
      name: 'flowers',
      head: 'logistic',
      taps: ['x', 'y'],
      right: 106,
      accuracy: 106 / 115,
      difference,
    },
  ],
  notices: ['Mind this.'],
};

function format(comparison: Comparison, kind: 'file' | 'tty' = 'file'): string[] {
  return formatComparison(
    comparison,
    openMemoryScreen(kind, kind === 'tty' ? { FORCE_COLOR: '1' } : {}).screen,
  );
}

it('shows figures, what the runs are, differences, verdicts and notices, within 80 columns', () => {
  expect(format(runs)).toEqual([
    '',
    '115 test photos in 3 classes, the same for all runs.',
    '',
    '  run      accuracy   95 % interval  log loss    ECE',
    '  classic    87.0 %  79.6 to 92.0 %     0.412  0.031',
    '  flowers    92.2 %  79.6 to 92.0 %     0.412  0.031',
    '',
    '  run      head      network       taps  head time    model',
    '  classic  retrain   inception-v3     1      4.2 s  22.2 MB',
    '  flowers  logistic  inception-v3     2      4.2 s  22.2 MB',
    '',
    '  against classic   difference  95 % interval  gained  lost     p',
    '  flowers          +5.2 points  −0.9 to +11.3       9     3  0.15',
    '',
    'The data cannot tell.',
    '! Mind this.',
  ]);
});

it('says that p is corrected when there are several comparisons, and what is better or worse in colour', () => {
  const better = { ...difference, pValue: 0.00002, adjustedPValue: 0.00004, verdict: 'better' as const };
  const worse = { ...difference, accuracy: -0.0004, adjustedPValue: 0.0213, verdict: 'worse' as const };
  const several: Comparison = {
    ...runs,
    runs: [run, { ...run, name: 'b', difference: better }, { ...run, name: 'c', difference: worse }],
  };
  const lines = format(several);
  expect(lines).toContain('  against classic   difference  95 % interval  gained  lost  p (Holm)');
  expect(lines).toContain('  b                +5.2 points  −0.9 to +11.3       9     3  < 0.0001');
  expect(lines).toContain('  c                 0.0 points  −0.9 to +11.3       9     3     0.021');
  const coloured = format(several, 'tty');
  expect(coloured).toContain('\u001b[32mThe data cannot tell.\u001b[39m');
  expect(coloured).toContain('\u001b[31mThe data cannot tell.\u001b[39m');
});

it('shows repeats with their spread, and a dash for what cannot be known', () => {
  const repeats: ComparedRepeats = {
    name: 'old\u001b[2J',
    folder: '/models/old',
    backbone: 'inception-v3',
    heads: ['mlp', 'ridge'],
    accuracy: { mean: 0.9, standardDeviation: 0.02, interval95: [0.88, 0.92] },
    logLoss: { mean: 0.3, standardDeviation: 0.1 },
    pooledEce: 0.045,
    headMs: { mean: 2000, standardDeviation: 100 },
    difference: null,
  };
  const unknown = {
    ...difference,
    interval95: null,
    pValue: null,
    adjustedPValue: null,
    pooledPValue: 0.5,
    photoPValue: 0.61,
  };
  const lines = format({
    kind: 'repeats',
    classes: ['a', 'b'],
    seeds: [0, 1, 2],
    predictions: 1304,
    photos: 275,
    runs: [
      repeats,
      {
        ...repeats,
        name: 'new',
        heads: ['logistic'],
        accuracy: { mean: 0.9, standardDeviation: null, interval95: null },
        difference: unknown,
      },
    ],
    notices: [],
  });
  expect(lines).toEqual([
    '',
    '3 seeds: 1,304 test predictions of 275 photos in 2 classes.',
    '',
    '  repeats     accuracy  spread   95 % interval  log loss  pooled ECE',
    '  old\\x1b[2J    90.0 %   2.0 %  88.0 to 92.0 %     0.300       0.045',
    '  new           90.0 %       –               –     0.300       0.045',
    '',
    '  repeats     head        network       head time',
    '  old\\x1b[2J  mlp, ridge  inception-v3      2.0 s',
    '  new         logistic    inception-v3      2.0 s',
    '',
    '  against old\\x1b[2J   difference  95 % interval  gained  lost  p  McNemar p',
    '  new                 +5.2 points              –       9     3  –       0.61',
    '',
    'The data cannot tell.',
  ]);
});
