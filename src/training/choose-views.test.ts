import { expect, it } from 'vitest';
import { chooseViews } from './choose-views.ts';

const auto = { views: 'auto', testViews: undefined, head: 'auto' } as const;
const few = { photos: 60, learned: 48, classes: 4, single: false };

it('ten views are learned from where photos are few, and one is tested with', () => {
  expect(chooseViews(auto, few)).toEqual({
    views: 10,
    testViews: 1,
    reason: 'with 12 photos a class to learn from, ten views of each gain up to 3 points for some seconds',
  });
});

it('one view is enough where photos are many, and where ten would take minutes', () => {
  expect(chooseViews(auto, { ...few, photos: 125, learned: 100 })).toMatchObject({ views: 1, testViews: 1 });
  const manyClasses = chooseViews(auto, { photos: 1000, learned: 800, classes: 100, single: false });
  expect(manyClasses).toMatchObject({ views: 1, testViews: 1 });
  expect(manyClasses.reason).toContain('1,000 photos');
});

it('one view is taken by the classic and by networks that take one photo at a time', () => {
  expect(chooseViews({ ...auto, head: 'retrain' }, few).views).toBe(1);
  expect(chooseViews(auto, { ...few, single: true }).views).toBe(1);
});

it('what was asked for is taken; tests look at as many unless they are told otherwise', () => {
  expect(chooseViews({ ...auto, views: 4 }, few)).toEqual({ views: 4, testViews: 4, reason: null });
  expect(chooseViews({ ...auto, views: 4, testViews: 1 }, few)).toEqual({
    views: 4,
    testViews: 1,
    reason: null,
  });
  expect(chooseViews({ ...auto, testViews: 10 }, few)).toMatchObject({ views: 10, testViews: 10 });
});
