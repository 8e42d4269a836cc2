import { expect, it } from 'vitest';
import type { RunRecord } from '../model/run-record.ts';
import { makeRun } from './testing/make-run.ts';
import { writeCommand } from './write-command.ts';

const run = makeRun({ classes: ['a', 'b'], name: 'flower_photos' });

it('names the photos, the network, the split, the seed and the head', () => {
  expect(writeCommand(run)).toBe(
    'regraft train flower_photos --backbone inception-v3 --form uint8 --tap Mixed_6e --tap Mixed_7a --tap AvgPool_1a_8x8 --views 1 ' +
      '--validation-percent 10 --test-percent 10 --seed 0 --head logistic',
  );
});

it('names the split file instead of percentages, and neither when the photos came with their parts', () => {
  const splitBy = (source: 'file' | 'dataset'): string =>
    writeCommand({
      ...run,
      options: { ...run.options, split: source === 'file' ? 'old-model/split.csv' : null },
      split: { ...run.split, source },
    });
  expect(splitBy('file')).toContain('--split old-model/split.csv --seed 0');
  expect(splitBy('file')).not.toContain('percent');
  expect(splitBy('dataset')).not.toMatch(/--split|percent/);
});

it('names a network of the user’s own with how its photos are prepared', () => {
  const network = {
    ...run.options.network,
    backbone: 'hf:timm/resnet18#model.onnx',
    inputSize: 224,
    scaling: 'imagenet',
    resize: 'crop:0.875',
  };
  expect(writeCommand({ ...run, options: { ...run.options, network } })).toContain(
    "--backbone 'hf:timm/resnet18#model.onnx' --form uint8 --input-size 224 --scaling imagenet --resize crop:0.875 --tap",
  );
});

it('names photos and output as they were given, and the switches that were on', () => {
  const options: RunRecord['options'] = {
    source: '../photos of mine.csv',
    out: 'model',
    split: null,
    network: run.options.network,
    classes: ['daisy', 'roses, red', '-x'],
    nested: true,
    allowSmall: true,
    strict: true,
    maxPixels: 5_000_000,
    views: 4,
    testViews: 10,
    viewsReason: null,
    augment: 'strong',
    unknown: true,
    falseRejectionPercent: 2.5,
    renamed: [],
    measureUnknown: true,
    tuningLimits: { diskLimit: null, memoryLimit: null, timeLimit: null },
  };
  expect(writeCommand({ ...run, options })).toMatch(
    /^regraft train '\.\.\/photos of mine\.csv' .*--out model .*--class=daisy --class='roses, red' --class=-x --nested --allow-small --strict --max-pixels 5000000 --false-rejection 2\.5 --measure-unknown --seed 0/,
  );
  expect(writeCommand({ ...run, options: { ...options, unknown: false, measureUnknown: null } })).toContain(
    ' --no-unknown --false-rejection 2.5 --seed 0',
  );
});

it('names the views, those of tests where they are others, and augmented ones where there are any', () => {
  const withViews = (options: Partial<RunRecord['options']>): string =>
    writeCommand({ ...run, options: { ...run.options, ...options } });
  expect(withViews({ views: 4, testViews: 4 })).toContain(' --views 4 --validation-percent');
  expect(withViews({ views: 2, testViews: 10, augment: 'colour' })).toContain(
    ' --views 2 --test-views 10 --augment colour --validation-percent',
  );
  const bottlenecks = { ...run.backbone, id: 'bottlenecks', sha256: null, form: null };
  expect(writeCommand({ ...run, backbone: bottlenecks })).not.toContain('views');
});

it('names every constant of the classic recipe', () => {
  const settings = { steps: 500, learningRate: 0.01, trainBatchSize: 100, keep: 'best', keptStep: 420 };
  expect(writeCommand({ ...run, head: { type: 'retrain', settings, temperature: 1 } })).toMatch(
    / --head retrain --steps 500 --learning-rate 0\.01 --train-batch-size 100 --keep best$/,
  );
});

it('names the penalty only when it was given', () => {
  const chosenBy = (l2ChosenBy: string): string =>
    writeCommand({ ...run, head: { type: 'logistic', settings: { l2: 0.003, l2ChosenBy }, temperature: 1 } });
  expect(chosenBy('option')).toMatch(/--head logistic --l2 0\.003$/);
  expect(chosenBy('validation')).toMatch(/--head logistic$/);
});

it('names what was asked of the other heads', () => {
  const flagsOf = (type: string, settings: RunRecord['head']['settings']): string =>
    writeCommand({ ...run, head: { type, settings, temperature: 1 } }).replace(/^.* --head /, '');
  expect(flagsOf('ridge', { l2: 0.01, l2ChosenBy: 'option', classWeights: 'balanced', slope: 8 })).toBe(
    'ridge --l2 0.01 --class-weights balanced',
  );
  expect(flagsOf('ridge', { l2: 0.01, l2ChosenBy: 'leave-one-out', classWeights: 'none' })).toBe('ridge');
  const mlp = { hidden: 64, learningRate: 0.003, epochs: 9, classWeights: 'none' };
  expect(flagsOf('mlp', { ...mlp, epochsChosenBy: 'validation' })).toBe(
    'mlp --hidden 64 --learning-rate 0.003',
  );
  expect(flagsOf('mlp', { ...mlp, epochsChosenBy: 'option' })).toBe(
    'mlp --epochs 9 --hidden 64 --learning-rate 0.003',
  );
});

it('quotes a name for the shell and keeps one with a dash from being a flag', () => {
  const named = (name: string): string => writeCommand({ ...run, options: { ...run.options, source: name } });
  expect(named("it's; rm -r $HOME")).toContain(`train 'it'\\''s; rm -r $HOME' --backbone`);
  expect(named('-x')).toContain('train ./-x --backbone');
  expect(named('花')).toContain('train 花 --backbone');
});

it('trains on bottlenecks when the run did', () => {
  const backbone = { ...run.backbone, id: 'bottlenecks', sha256: null, form: null };
  expect(writeCommand({ ...run, backbone })).toContain(
    'train --bottlenecks flower_photos --validation-percent',
  );
});
