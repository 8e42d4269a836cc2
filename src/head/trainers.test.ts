import { describe, expect, it } from 'vitest';
import { RegraftError } from '../errors.ts';
import { headTypes, resolveHead, trainers } from './trainers.ts';

function errorOf(type: string, options: Record<string, unknown>): RegraftError {
  try {
    resolveHead(type, options);
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
  return expect.unreachable('it was accepted');
}

const aboveZero = [0, -1, NaN, Infinity, '1', null];
const bad: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  logistic: {
    l2: [...aboveZero, 'none'],
    folds: [1, 21, 2.5, '5', null],
    maxIterations: [0, 1.5, '10', null],
    tolerance: aboveZero,
    classWeights: ['Balanced', 1, null],
  },
  ridge: { l2: [...aboveZero, 'none'], classWeights: ['Balanced', 1, null] },
  centroid: {},
  mlp: {
    hidden: [0, 5000, 1.5, '256', null],
    coordinates: [0, 4096, 2.5, null],
    epochs: [0, 1001, 1.5, 'best', null],
    patience: [0, 1.5, null],
    learningRate: aboveZero,
    batchSize: [0, 0.5, null],
    weightDecay: [-1, 2, NaN, null],
    labelSmoothing: [-0.1, 0.95, '0', null],
    mixup: [-0.1, 1.5, null],
    folds: [1, 21, 2.5, '5', null],
    classWeights: ['Balanced', 1, null],
  },
  retrain: {
    steps: [0, -5, 1.5, '4000', null],
    learningRate: aboveZero,
    trainBatchSize: [0, 0.5, '100', null],
    validationBatchSize: [0, -1, NaN, null],
    evalStepInterval: [0, 10.5, '100', null],
    initStddev: aboveZero,
    keep: ['first', 1, null],
  },
};

describe('resolveHead', () => {
  it.each(headTypes)('has a bad value in this test for every option of %s', (type) => {
    const completed = trainers[type].options.parse({});
    expect(Object.keys(bad[type] ?? {}).sort()).toEqual(Object.keys(completed).sort());
  });

  const cases = Object.entries(bad).flatMap(([type, options]) =>
    Object.entries(options).flatMap(([option, values]) =>
      values.map((value) => [type, option, value] as const),
    ),
  );
  it.each(cases)('refuses for %s the value of %s: %j', (type, option, value) => {
    const error = errorOf(type, { [option]: value });
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toMatch(/^Expected .+ for \w+ but received .+\.$/);
    expect(error.message).toContain(`for ${option} but`);
    expect(error.hint).toContain(option);
  });

  it('says what was expected and what was found', () => {
    expect(errorOf('retrain', { steps: 0 }).message).toBe(
      'Expected a whole number of at least 1 for steps but received 0.',
    );
    expect(errorOf('logistic', { l2: 'none', folds: 50 }).message).toBe(
      'Expected "auto" or a number above 0 for l2 but received "none". ' +
        'Expected a whole number from 2 to 20 for folds but received 50.',
    );
  });

  it.each(headTypes)('refuses options that %s does not know', (type) => {
    expect(errorOf(type, { stepz: 3 })).toMatchObject({
      code: 'INVALID_OPTION',
      message: `The ${type} head has no option "stepz".`,
    });
  });

  it('refuses an unknown head and names those that there are', () => {
    expect(errorOf('svm', {}).message).toBe(
      'Expected "logistic" or "ridge" or "centroid" or "mlp" or "retrain" for head but received "svm".',
    );
  });

  it("has the classic's constants as defaults", () => {
    expect(trainers.retrain.options.parse({})).toEqual({
      steps: 4000,
      learningRate: 0.01,
      trainBatchSize: 100,
      validationBatchSize: 100,
      evalStepInterval: 100,
      initStddev: 0.001,
      keep: 'last',
    });
  });
});
