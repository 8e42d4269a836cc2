import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RegraftError } from '../errors.ts';
import { resolveTuningSettings } from '../finetune/settings.ts';
import { resolveTrainOptions } from './options.ts';

function failureOf(options: object, source = 'photos'): RegraftError {
  try {
    resolveTrainOptions(source, options);
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('the options of train', () => {
  it('have these defaults', () => {
    const { heads, scout, ...options } = resolveTrainOptions('photos', { home: 'home' });
    expect(options).toEqual({
      source: resolve('photos'),
      out: resolve('photos-model'),
      given: { source: 'photos', out: null, split: null },
      home: resolve('home'),
      backbone: 'inception-v3',
      head: 'auto',
      validationPercent: 10,
      testPercent: 10,
      seed: 0,
      nested: false,
      allowSmall: false,
      strict: false,
      bottlenecks: false,
      views: 'auto',
      augment: 'none',
      unknown: true,
      falseRejectionPercent: 5,
      tuning: resolveTuningSettings(),
      tuningViews: 10,
      resume: false,
      fromScratch: false,
    });
    expect(heads.map(({ type }) => type)).toEqual(['ridge', 'logistic']);
    expect(scout.type).toBe('ridge');
  });

  it('name the model folder after the folder of photos or the CSV, in the working directory', () => {
    expect(resolveTrainOptions('/data/flowers/', {}).out).toBe(resolve('flowers-model'));
    expect(resolveTrainOptions('lists/photos.CSV', {}).out).toBe(resolve('photos-model'));
    expect(resolveTrainOptions('photos', { out: 'm' }).out).toBe(resolve('m'));
  });

  it.each<[string, unknown]>([
    ['out', ''],
    ['backbone', ''],
    ['form', 'int4'],
    ['taps', []],
    ['taps', 'bottleneck'],
    ['head', 'forest'],
    ['validationPercent', 0],
    ['validationPercent', 81],
    ['validationPercent', NaN],
    ['testPercent', -1],
    ['testPercent', '10'],
    ['seed', 0.5],
    ['seed', -1],
    ['split', ''],
    ['classes', []],
    ['classes', 'daisy,roses'],
    ['nested', 'yes'],
    ['allowSmall', 1],
    ['strict', null],
    ['maxPixels', 0],
    ['bottlenecks', 'folder'],
    ['views', 3],
    ['views', '2'],
    ['views', null],
    ['testViews', 0],
    ['augment', 'mirror'],
    ['augment', true],
    ['unknown', 'no'],
    ['falseRejectionPercent', 0],
    ['falseRejectionPercent', 50.5],
    ['measureUnknown', 1],
    ['home', ''],
    ['workers', 0],
    ['workers', 1.5],
    ['workers', 257],
    ['onProgress', 'log'],
    ['signal', {}],
  ])('%s: %j is refused by name', (name, value) => {
    const error = failureOf({ [name]: value });
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toMatch(new RegExp(`^Expected .* for ${name} but received `));
  });

  it.each(['backbone', 'form', 'taps', 'views', 'testViews', 'augment'])(
    'refuse %s with bottlenecks, which were computed already',
    (option) => {
      const value = {
        backbone: 'inception-v3',
        form: 'uint8',
        taps: ['bottleneck'],
        views: 1,
        testViews: 2,
        augment: 'none',
      }[option];
      expect(failureOf({ bottlenecks: true, [option]: value })).toMatchObject({
        code: 'INVALID_OPTION',
        message: `Expected no ${option} with bottlenecks but received one.`,
      });
    },
  );

  it('refuse a class twice, and classes of bottleneck files', () => {
    expect(failureOf({ classes: ['a', 'b', 'a'] })).toMatchObject({
      code: 'INVALID_OPTION',
      message: 'Expected different classes but received "a" twice.',
    });
    expect(failureOf({ classes: ['a', 'b'], bottlenecks: true })).toMatchObject({
      code: 'INVALID_OPTION',
      message: 'Expected no classes with bottlenecks but received some.',
    });
    expect(resolveTrainOptions('photos', { classes: ['b', 'a'] }).classes).toEqual(['b', 'a']);
  });

  it('refuse a source without a name', () => {
    expect(() => resolveTrainOptions('', {})).toThrow(
      expect.objectContaining({
        message: 'Expected a path for the folder of photos but received "".',
      }),
    );
  });

  it('refuse an unknown name, and percentages that leave nothing', () => {
    expect(failureOf({ epochs: 5 }).message).toContain('epochs');
    expect(failureOf({ validationPercent: 50, testPercent: 41 }).message).toContain('at least 10 %');
  });

  it('refuse a model folder among the photos, but not beside them', () => {
    const source = resolve('photos');
    expect(failureOf({ out: source }).message).toContain('lies inside');
    expect(failureOf({ out: join(source, 'daisy', 'model') }).code).toBe('INVALID_OPTION');
    expect(resolveTrainOptions(source, { out: `${source}-2` }).out).toBe(`${source}-2`);
  });
});
