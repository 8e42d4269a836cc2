import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ExportedFeatures,
  type ModelEvaluation,
  type Prediction,
  type RunRecord,
  train,
} from '../../src/index.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, drawPhoto, put } from '../support/photos.ts';
import { jsonOf, type Outcome, type PrintedFailure, runRegraft } from '../support/regraft.ts';

const weights = await findWeights();

describe.skipIf(weights.missing !== undefined)('photos that are left out', () => {
  let root: string;
  let home: string;
  const regraft = (...args: string[]): Promise<Outcome> => runRegraft(args, { home, cwd: root });

  beforeAll(async () => {
    root = await temporaryFolder();
    home = await makeHome(join(root, 'home'), weights);
    await drawDataset(join(root, 'shapes'), 4);
    await train(join(root, 'shapes'), { out: join(root, 'model'), home });
  });

  afterAll(() => removeFolder(root));

  const putDamaged = async (path: string, number = 1): Promise<void> => {
    const whole = await drawPhoto('circles', number);
    await put(join(root, path), whole.subarray(0, whole.length / 2));
  };

  it('features lists them with path, code and reason, for people too', async () => {
    await drawDataset(join(root, 'mixed'), 1);
    await putDamaged('mixed/lines/damaged.jpg');
    await put(join(root, 'mixed', 'lines', 'empty.jpg'), '');
    const { code, stdout } = await regraft('features', 'mixed', '-o', 'mixed.arrow');
    expect(code).toBe(0);
    expect(stdout).toContain('Features of 3 photos in mixed.arrow');
    expect(stdout).toContain('2 files left out:');
    expect(stdout).toMatch(/^ {2}lines\/damaged\.jpg {2}PHOTO_CORRUPT: Expected a whole JPEG image/m);
    expect(stdout).toMatch(/^ {2}lines\/empty\.jpg {2}PHOTO_EMPTY: /m);
  });

  it.each(['arrow', 'retrain-txt'])('features writes no %s when no photo can be read', async (format) => {
    await putDamaged('broken/a/1.jpg');
    await putDamaged('broken/b/2.jpg', 2);
    const outcome = await regraft(
      'features',
      'broken',
      '-o',
      `broken-${format}`,
      '--format',
      format,
      '--json',
    );
    expect(outcome.code).toBe(1);
    const { error } = jsonOf<PrintedFailure>(outcome);
    expect(error.code).toBe('NO_PHOTO_READ');
    expect(error.message).toContain('a/1.jpg: ');
    expect(existsSync(join(root, `broken-${format}`))).toBe(false);
  });

  it('--max-pixels holds in every command, whatever is stored', async () => {
    await put(join(root, 'shapes', 'lines', 'small.jpg'), await drawPhoto('lines', 20, 0.5));
    const limit = ['--max-pixels', '31999', '--json'];
    const trained = await regraft('train', 'shapes', '--out', 'second', ...limit);
    expect(jsonOf<PrintedFailure>(trained).error).toMatchObject({ code: 'CLASS_TOO_SMALL' });
    expect(jsonOf<PrintedFailure>(trained).error.message).toContain('found 200 × 160 = 32,000');
    const features = jsonOf<ExportedFeatures>(await regraft('features', 'shapes', '-o', 'f', ...limit));
    expect(features).toMatchObject({ rows: 1, computed: 0, cached: 1 });
    const evaluated = jsonOf<ModelEvaluation>(await regraft('evaluate', 'model', 'shapes', ...limit));
    expect(evaluated.count).toBe(1);
    const predicted = await regraft(
      ...['predict', 'model', 'shapes/lines/lines-1.jpg', 'shapes/lines/small.jpg', ...limit],
    );
    const [large, small] = jsonOf<Prediction[]>(predicted);
    expect(small?.label).toBe('lines');
    for (const code of [
      large?.error?.code,
      ...[...features.skipped, ...evaluated.skipped].map((photo) => photo.code),
    ]) {
      expect(code).toBe('PHOTO_TOO_LARGE');
    }
    const whole = jsonOf<RunRecord>(await regraft('train', 'shapes', '--out', 'third', '--json'));
    expect(whole).toMatchObject({ skipped: [], features: { computed: 0, cached: 13 } });
  });
});
