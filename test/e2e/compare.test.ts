import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/index.ts';
import { removeFolder } from '../support/home.ts';
import { jsonOf, type PrintedFailure } from '../support/regraft.ts';
import { makeRepeatsPlace, type RepeatsPlace } from '../support/repeats-place.ts';

let place: RepeatsPlace;

beforeAll(async () => {
  place = await makeRepeatsPlace();
});

afterAll(() => removeFolder(place.root));

describe('regraft compare', () => {
  beforeAll(async () => {
    await place.repeat('logistic', { testPercent: 30 });
    await place.repeat('classic', { testPercent: 30, head: 'retrain', headOptions: { steps: 20 } });
  });

  it('compares two trainings of one split, for people and as JSON', async () => {
    const folders = ['classic/seed-0', 'logistic/seed-0'];
    const { code, stdout, stderr } = await place.regraft('compare', ...folders);
    expect([code, stderr]).toEqual([0, '']);
    const printed = jsonOf(await place.regraft('compare', ...folders, '--json'));
    const comparison = await compareRuns(folders.map((name) => place.at(name)));
    expect(printed).toEqual(JSON.parse(JSON.stringify(comparison)));
    const [first, second] = comparison.runs;
    expect(stdout).toMatch(/^\d+ test photos in 3 classes, the same for all runs\.$/m);
    expect(stdout).toMatch(/^ {2}run +accuracy +95 % interval +log loss +ECE$/m);
    expect(stdout).toMatch(/^ {2}run +head +network +taps +head time +model$/m);
    expect(stdout).toMatch(/^ {2}against .*classic.seed-0 +difference +95 % interval +gained +lost +p$/m);
    expect(stdout).toContain(`${second?.difference?.sentence ?? ''}\n`);
    expect(first?.name).not.toBe(second?.name);
  });

  it('compares repeats seed by seed', async () => {
    const { code, stdout } = await place.regraft('compare', 'classic', 'logistic');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 seeds: \d+ test predictions of \d+ photos in 3 classes\.$/m);
    expect(stdout).toMatch(/^ {2}repeats +accuracy +spread +95 % interval +log loss +pooled ECE$/m);
    expect(stdout).toMatch(/^ {2}against classic +difference +95 % interval +gained +lost +p +McNemar p$/m);
  });

  it('tells other test photos apart, and compares on the common ones', async () => {
    const folders = ['classic/seed-0', 'logistic/seed-1'];
    const refused = await place.regraft('compare', ...folders);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^Error: Expected runs with the same test photos, but \d+ photos? w/);
    expect(refused.stderr).toContain('--split');
    const { code, stdout } = await place.regraft('compare', ...folders, '--common');
    expect(code).toBe(0);
    expect(stdout).toContain('! The runs did not learn from the same photos');
  });

  it.each<[string, string[], number, string]>([
    ['one run', ['classic/seed-0'], 2, 'INVALID_OPTION'],
    ['no run', [], 2, 'INVALID_OPTION'],
    ['a folder of photos', ['classic/seed-0', 'shapes'], 1, 'RUN_NOT_FOUND'],
    ['a path that is not there', ['classic/seed-0', 'nothing'], 1, 'RUN_NOT_FOUND'],
    ['repeats beside a run', ['classic', 'logistic/seed-0'], 2, 'INVALID_OPTION'],
    ['the same run twice', ['classic/seed-0', 'classic/../classic/seed-0'], 2, 'INVALID_OPTION'],
  ])('refuses %s', async (_, folders, exitCode, errorCode) => {
    const outcome = await place.regraft('compare', ...folders, '--json');
    expect(outcome.code).toBe(exitCode);
    expect(jsonOf<PrintedFailure>(outcome).error.code).toBe(errorCode);
  });
});
