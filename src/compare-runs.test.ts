import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareRuns } from './compare-runs.ts';
import { writeRepeats } from './runs/testing/write-repeats.ts';
import { type DrawnPhoto, drawTested, writeRun } from './runs/testing/write-run.ts';

let root: string;
const at = (name: string): string => join(root, name);

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'regraft-compare-')));
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** Writes a run by which of its test photos it has right. */
const write = (name: string, rights: string): Promise<string> =>
  writeRun(at(name), { photos: drawTested(rights) });

const training: DrawnPhoto = { name: 'seen', label: 'ash', part: 'training' };

describe('what is no pair of runs is refused', () => {
  beforeEach(async () => {
    await write('a', '10');
    await write('b', '11');
    await writeRepeats(at('repeats'), [
      { seed: 0, photos: [...drawTested('1'), training] },
      { seed: 1, photos: [...drawTested('0', 'other'), training] },
    ]);
  });

  it.each<[string, string[], object]>([
    [
      'one run',
      ['a'],
      { code: 'INVALID_OPTION', message: 'Expected two runs or more to compare but received one.' },
    ],
    [
      'no run',
      [],
      { code: 'INVALID_OPTION', message: 'Expected two runs or more to compare but received none.' },
    ],
    [
      'a path that is not there',
      ['a', 'c'],
      { code: 'RUN_NOT_FOUND', hint: 'Give the folder that `regraft train` wrote.' },
    ],
  ])('%s', async (_, names, failure) => {
    await expect(compareRuns(names.map(at))).rejects.toMatchObject(failure);
  });

  it('a file, and a folder without a run', async () => {
    await expect(compareRuns([at('a'), at('b/run.json')])).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: `Expected a finished training at ${at('b/run.json')}, but it is a file.`,
    });
    await mkdir(at('empty'));
    await expect(compareRuns([at('a'), at('empty')])).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: `Expected a finished training at ${at('empty')}, but it holds neither run.json nor repeats.json.`,
    });
  });

  it('the same run twice, also by another path', async () => {
    await symlink(at('a'), at('link'));
    await expect(compareRuns([at('a'), at('b'), at('link')])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: `Expected different runs but received ${at('link')} twice.`,
    });
  });

  it('a run beside repeats, and a folder that holds both', async () => {
    await expect(compareRuns([at('a'), at('repeats')])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: `Expected single runs or repeats but received both: ${at('a')} is a run, ${at('repeats')} holds repeats.`,
    });
    await write('repeats', '10');
    await expect(compareRuns([at('repeats'), at('a')])).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      hint: expect.stringContaining('one seed') as string,
    });
  });

  it.each<[string, unknown, unknown, RegExp]>([
    ['a text instead of a list', 'a', {}, /^Expected a list of paths for the runs but received "a"/],
    ['an empty path', ['a', ''], {}, /a list of paths/],
    ['an unknown option', ['a', 'b'], { seed: 1 }, /compareRuns has no option "seed"/],
    ['a value that is not allowed', ['a', 'b'], { common: 1 }, /Expected true or false for common/],
  ])('%s', async (_, runs, options, message) => {
    await expect(compareRuns(runs as string[], options as object)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(message) as string,
    });
  });
});
