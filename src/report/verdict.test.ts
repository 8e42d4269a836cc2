import { expect, it } from 'vitest';
import { makeRun } from './testing/make-run.ts';
import { explainInterval, findBaseline, writeVerdict } from './verdict.ts';

const classes = ['ants', 'bees'];
// prettier-ignore
const runOf = (a: number, b: number, c: number, d: number): ReturnType<typeof makeRun> => makeRun({ classes, confusion: [[a, b], [c, d]] });

it('counts the right answers and compares them with always answering the most common class', () => {
  const run = runOf(90, 10, 5, 45);
  expect(findBaseline(run)).toEqual({ label: 'ants', accuracy: 100 / 150 });
  expect(writeVerdict(run).markup).toMatch(
    /^It names 135 of 150 photos right .* “<bdi>ants<\/bdi>” would get 66\.7\u00a0%\.$/s,
  );
});

it('says so when all are right', () => {
  expect(writeVerdict(runOf(10, 0, 0, 10)).markup).toContain('It names all 20 photos right');
});

it('does not praise a classifier whose interval reaches down to guessing', () => {
  expect(writeVerdict(runOf(8, 2, 4, 1)).markup).toContain('not clearly better than guessing');
});

it('says that nothing is known without test photos', () => {
  const run = runOf(0, 0, 0, 0);
  expect(writeVerdict(run).markup).toContain('is not known');
  expect(explainInterval(run)).toBeNull();
});

it('explains a wide interval by the size of the test', () => {
  expect(explainInterval(runOf(10, 0, 0, 10))).toContain('has only 20 photos');
  expect(explainInterval(runOf(990, 10, 10, 990))).not.toContain('has only');
});
