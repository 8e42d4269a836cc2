import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSplitCsv } from '../../src/dataset/split-csv.ts';
import {
  loadClassifier,
  type ModelUpdate,
  type ProgressEvent,
  type RunRecord,
  runRecordSchema,
  train,
  updateModel,
} from '../../src/index.ts';
import { loadModel } from '../../src/model/load.ts';
import { encodeModel } from '../../src/onnx/write.ts';
import { failAtEachWrite } from '../support/fail-at-each-write.ts';
import { removeFolder } from '../support/home.ts';
import { jsonOf, type PrintedFailure, startRegraft } from '../support/regraft.ts';
import { hashFolder, makeUpdatePlace, type UpdatePlace } from '../support/update-place.ts';

let place: UpdatePlace;
let base: RunRecord;
let model: string;
let models = 0;

beforeAll(async () => {
  place = await makeUpdatePlace();
  for (const label of ['blue', 'dark', 'red']) {
    await place.put('shapes', label, 0, 20);
    await place.put('more', label, 20, 36);
  }
  await place.put('plain', 'plain', 0, 20);
  base = await place.train('shapes', 'base');
});

beforeEach(async () => {
  model = await place.copy('base', `model-${++models}`);
});

afterAll(() => removeFolder(place.root));

/** Part of each photo by its content. */
async function partsOf(folder: string): Promise<Map<string, string>> {
  return new Map(
    (await readSplitCsv(join(folder, 'split.csv'))).map(({ sha256 = '', part }) => [sha256, part]),
  );
}

const runOf = async (folder: string): Promise<RunRecord> =>
  runRecordSchema.parse(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')));

describe('update --add', () => {
  it('learns from new photos as a training on all of them would, and no old photo changes its part', async () => {
    const before = await partsOf(model);
    const update = await updateModel(model, { add: [place.at('more')] }, { home: place.home });
    expect(update).toMatchObject({ kind: 'trained', written: true, renamed: [] });
    expect(update.photos).toMatchObject({ before: 60, after: 108, added: 48, again: 0, relabelled: 0 });
    const { training, validation, test } = update.photos.parts;
    expect(training + validation + test).toBe(48);
    const after = await partsOf(model);
    expect(after.size).toBe(108);
    for (const [sha256, part] of before) expect(after.get(sha256)).toBe(part);
    const run = await runOf(model);
    expect(update.run).toEqual(run);
    // Nothing of the old photos was computed again.
    expect(run.features).toEqual({ computed: 48, cached: 60 });
    expect(run.options).toMatchObject({ source: join(model, 'split.csv'), out: model });
    expect(run.head.type).toBe(base.head.type);
    expect(run.dataset.name).toBe('shapes');
    const { same, others, newClasses } = update.tests ?? {};
    expect(same?.photos).toBe(base.split.test);
    expect(same?.before.right).toBe(Math.round(base.metrics.test.accuracy * base.split.test));
    expect(others?.photos).toBe(test);
    expect(newClasses).toEqual([]);
  });

  it('makes a data set of its own split.csv, which gives the same model again', async () => {
    const { run } = await updateModel(model, { add: [place.at('more')] }, { home: place.home });
    const again = await train(join(model, 'split.csv'), {
      home: place.home,
      out: place.at('again'),
      backbone: place.at('colours.onnx'),
      scaling: 'unit',
      taps: run?.backbone.taps,
      head: 'logistic',
      views: run?.options.views,
      testViews: run?.options.testViews,
    });
    expect(again.run.model.sha256).toBe(run?.model.sha256);
  });

  it('can be repeated, and says photos that are there already instead of doubling them', async () => {
    await updateModel(model, { add: [place.at('more')] }, { home: place.home });
    const before = await hashFolder(model);
    const notices: string[] = [];
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === 'notice') notices.push(event.text);
    };
    const again = await updateModel(
      model,
      { add: [place.at('more'), place.at('shapes')] },
      { home: place.home, onProgress },
    );
    expect(again).toMatchObject({ kind: 'unchanged', written: false, run: null, tests: null });
    expect(again.photos).toMatchObject({ before: 108, after: 108, added: 0, again: 108 });
    expect(notices).toEqual(["108 added photos are among the model's already and were not doubled."]);
    expect(await hashFolder(model)).toEqual(before);
    const third = await updateModel(model, { add: [place.at('plain')] }, { home: place.home });
    expect(third.photos).toMatchObject({ before: 108, after: 128, added: 20 });
    expect(third.classes.at(2)).toEqual({ label: 'plain', before: 0, after: 20 });
    expect(third.notices).toEqual(['New class "plain".']);
    expect(third.tests?.newClasses.map(({ label }) => label)).toEqual(['plain']);
    // The former model knows nothing of it, so it is compared on the others alone.
    expect(third.tests?.same?.perClass.map(({ label }) => label).sort()).toEqual(['blue', 'dark', 'red']);
  });

  it('moves a photo that is added in another class, which keeps its part', async () => {
    const rows = await readSplitCsv(join(model, 'split.csv'));
    const photo = rows.find(({ part, label }) => part === 'test' && label === 'blue');
    const name = photo?.path?.split('/').at(-1) ?? '';
    await mkdir(place.at('moved/red'), { recursive: true });
    await copyFile(place.at(`shapes/blue/${name}`), place.at(`moved/red/${name}`));
    const update = await updateModel(model, { add: [place.at('moved')] }, { home: place.home });
    expect(update.photos).toMatchObject({ added: 0, again: 0, relabelled: 1, before: 60, after: 60 });
    const row = (await readSplitCsv(join(model, 'split.csv'))).find(({ sha256 }) => sha256 === photo?.sha256);
    expect(row).toMatchObject({ label: 'red', part: 'test', path: `../shapes/blue/${name}` });
  });

  it('with --out leaves the model as it is, with --dry-run writes nothing at all', async () => {
    const before = await hashFolder(model);
    const dry = await place.regraft('update', model, '--add', 'more', '--dry-run');
    expect([dry.code, await hashFolder(model)]).toEqual([0, before]);
    expect(dry.stdout).toMatch(/^Added 48 photos: \d+ to train on, \d+ to validate, \d+ to test\.$/m);
    expect(dry.stdout).toMatch(/^ {2}blue +20 +36$/m);
    expect(dry.stdout).toContain('Nothing was written (--dry-run).');
    const update = await place.regraft('update', model, '--add', 'more', '--out', 'elsewhere');
    expect([update.code, await hashFolder(model)]).toEqual([0, before]);
    expect(update.stdout).toMatch(/^On the same \d+ test photos: [\d.]+ % right, before [\d.]+ %/m);
    const report = await readFile(place.at('elsewhere/report.html'), 'utf8');
    expect(report).toContain('regraft train elsewhere/split.csv');
    // Another working directory, and both moved together.
    await rename(place.at('elsewhere'), place.at('shapes-2'));
    const third = await updateModel(place.at('shapes-2'), { remove: ['red'] }, { home: place.home });
    expect(third.photos).toMatchObject({ before: 108, after: 72, removed: 36 });
  });
});

describe('update --rename', () => {
  const pairs = [{ from: 'dark', to: 'night; or "dusk", late' }];

  it('changes names alone, and back again to the same bytes', async () => {
    const before = await hashFolder(model);
    const original = await loadModel(model);
    const update = await updateModel(model, { rename: pairs }, { home: place.home });
    expect(update).toMatchObject({
      kind: 'renamed',
      written: true,
      tests: null,
      renamed: pairs,
    });
    const renamed = await loadModel(model);
    expect(renamed.metadata.labels).toEqual(['blue', 'night; or "dusk", late', 'red']);
    for (const [key, value] of Object.entries(original.model.metadata)) {
      if (!['regraft.labels', 'regraft.sha256'].includes(key)) {
        expect(renamed.model.metadata[key]).toBe(value);
      }
    }
    const graphs = [original, renamed].map(({ model: { graph } }) =>
      encodeModel({ opset: 17, metadata: {}, graph }),
    );
    expect(Buffer.compare(graphs[0] ?? Buffer.alloc(0), graphs[1] ?? Buffer.alloc(1))).toBe(0);
    for (const name of ['split.csv', 'predictions.csv', 'report.html']) {
      const text = await readFile(join(model, name), 'utf8');
      expect(text, name).toContain('night; or');
      expect(text.replaceAll(/[^\n,">]*dark\/[^\n,"<]*/g, ''), name).not.toMatch(/[>",(]dark[<",)]/);
    }
    const run = await runOf(model);
    expect(run.options.renamed).toEqual(pairs);
    expect(JSON.stringify({ ...run, options: null })).not.toContain('"dark"');
    expect(run.finishedAt).toBe(base.finishedAt);
    expect(run.dataset.counts).toEqual({ blue: 20, 'night; or "dusk", late': 20, red: 20 });
    await using classifier = await loadClassifier(model);
    const { label } = await classifier.classifyOne(place.at('shapes/dark/2.png'));
    expect(label).toBe('night; or "dusk", late');
    await updateModel(
      model,
      { rename: [{ from: 'night; or "dusk", late', to: 'dark' }] },
      { home: place.home },
    );
    const after = await hashFolder(model);
    for (const name of ['model.onnx', 'split.csv', 'predictions.csv']) expect(after[name]).toBe(before[name]);
    expect((await runOf(model)).options.renamed).toEqual([]);
  });

  it('exchanges two names, keeps them in later updates, and is in the command of the report', async () => {
    const exchange = ['--rename', 'red=blue', '--rename', 'blue=red'];
    const { code, stdout } = await place.regraft('update', model, ...exchange);
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing is learned again');
    const rows = await readSplitCsv(join(model, 'split.csv'));
    for (const { path = '', label } of rows) {
      const folder = path.split('/')[0];
      expect(label).toBe(folder === 'red' ? 'blue' : folder === 'blue' ? 'red' : folder);
    }
    const report = await readFile(join(model, 'report.html'), 'utf8');
    expect(report).toContain(`&amp;&amp; regraft update ${model} --rename=red=blue --rename=blue=red`);
    // Photos that come in under the new names.
    const update = await updateModel(model, { remove: ['dark'] }, { home: place.home });
    expect(update.run?.dataset.counts).toEqual({ blue: 20, red: 20 });
    expect(update.run?.options.renamed).toEqual([]);
  });

  it('finds photos that moved together with the model, before any update', async () => {
    await mkdir(place.at('project'), { recursive: true });
    await place.put('project/photos', 'blue', 0, 8);
    await place.put('project/photos', 'red', 0, 8);
    await place.put('project/photos', 'dark', 0, 8);
    await place.train('project/photos', 'project/model');
    await rename(place.at('project'), place.at('elsewhere-project'));
    const folder = place.at('elsewhere-project/model');
    const update = await updateModel(folder, { remove: ['red'] }, { home: place.home, dryRun: true });
    expect(update.photos).toMatchObject({ before: 24, after: 16, moved: 0, missing: 0 });
  });

  it('needs no photos', async () => {
    const run = await runOf(model);
    run.options.source = place.at('gone');
    await writeFile(join(model, 'run.json'), JSON.stringify(run));
    const update = await updateModel(model, { rename: pairs }, { home: place.home });
    expect(update.kind).toBe('renamed');
  });

  it('on a full disk leaves the older model whole at every write', async () => {
    const disk = place.at('disk');
    const before = await hashFolder(place.at('base'));
    await failAtEachWrite(
      disk,
      async () => {
        await rm(disk, { recursive: true, force: true });
        await place.copy('base', 'disk/model');
      },
      () => updateModel(join(disk, 'model'), { rename: pairs }, { home: place.home }),
      async () => {
        expect(await hashFolder(join(disk, 'model'))).toEqual(before);
      },
    );
  });
});

describe('update of classes and labels', () => {
  it('merges and removes classes: the answers of the model before count under the new names', async () => {
    await updateModel(model, { add: [place.at('plain')] }, { home: place.home });
    const tested = (await runOf(model)).metrics.test.perClass;
    const supportOf = (...names: string[]): number =>
      tested.reduce((sum, { label, support }) => sum + (names.includes(label) ? support : 0), 0);
    const update = await updateModel(
      model,
      {
        rename: [{ from: 'colour', to: 'colourful' }],
        merge: [{ from: ['blue', 'red'], into: 'colour' }],
        remove: ['dark'],
      },
      { home: place.home },
    );
    expect(update.run?.dataset.counts).toEqual({ colourful: 40, plain: 20 });
    expect(update.renamed).toEqual([
      { from: 'blue', to: 'colourful' },
      { from: 'dark', to: null },
      { from: 'red', to: 'colourful' },
    ]);
    const { same, others } = update.tests ?? {};
    expect(same?.photos).toBe(supportOf('blue', 'red', 'plain'));
    expect(others?.photos).toBe(0);
    // Blue taken for red is no mistake any more.
    const { confusion } = base.metrics.test;
    const lost = (confusion[0]?.[1] ?? 0) + (confusion[2]?.[1] ?? 0);
    const colourful = same?.perClass.find(({ label }) => label === 'colourful');
    expect(colourful?.photos).toBe(supportOf('blue', 'red'));
    expect(colourful?.before).toBeGreaterThanOrEqual((colourful?.photos ?? 0) - lost - supportOf('plain'));
  });

  it('relabels by a copy of predictions.csv, and photos keep their part', async () => {
    const text = await readFile(join(model, 'predictions.csv'), 'utf8');
    const [header = '', first = ''] = text.split('\n');
    const cells = first.split(',');
    const wrong = cells[1] === 'red' ? 'blue' : 'red';
    await writeFile(place.at('labels.csv'), `${header}\n${[cells[0], wrong, ...cells.slice(2)].join(',')}\n`);
    const before = await partsOf(model);
    const update = await updateModel(model, { relabel: [place.at('labels.csv')] }, { home: place.home });
    expect(update.photos).toMatchObject({ relabelled: 1, before: 60, after: 60 });
    expect(await partsOf(model)).toEqual(before);
    const row = (await readSplitCsv(join(model, 'split.csv'))).find(({ path = '' }) =>
      path.endsWith(cells[0] ?? ''),
    );
    expect(row).toMatchObject({ label: wrong, part: 'test' });
    // Both models are judged by the label that is right now.
    expect(update.tests?.same?.photos).toBe(base.split.test);
  });

  it('finds moved photos by their content, keeps the part of changed ones, and names those that are gone', async () => {
    await place.put('wandering', 'blue', 0, 8);
    await place.put('wandering', 'red', 0, 8);
    await place.train('wandering', 'wandering-model');
    const folder = place.at('wandering-model');
    const before = await readSplitCsv(join(folder, 'split.csv'));
    const [moved, edited, gone] = before
      .filter(({ part }) => part === 'training')
      .map(({ path = '' }) => path);
    await rename(place.at(`wandering/${moved ?? ''}`), place.at('wandering/red/other name.png'));
    await copyFile(place.at('signs/7.png'), place.at(`wandering/${edited ?? ''}`));
    await rename(place.at(`wandering/${gone ?? ''}`), place.at('kept.png'));
    const changes = { rename: [{ from: 'red', to: 'rouge' }], merge: [], add: [place.at('plain')] };
    await expect(updateModel(folder, changes, { home: place.home })).rejects.toMatchObject({
      code: 'PHOTO_NOT_FOUND',
      message: expect.stringContaining(`1 of its 16 photos is missing: ${gone ?? ''}.`) as string,
      hint: expect.stringContaining('--allow-missing') as string,
    });
    const dry = await updateModel(folder, changes, { home: place.home, dryRun: true, allowMissing: true });
    expect(dry.photos).toMatchObject({ moved: 1, edited: 1, missing: 1, added: 20, after: 35 });
    await mkdir(place.at('attic'));
    await rename(place.at('kept.png'), place.at('attic/kept.png'));
    const update = await updateModel(folder, changes, { home: place.home, photos: [place.at('attic')] });
    expect(update.photos).toMatchObject({ moved: 2, edited: 1, missing: 0, after: 36 });
    const rows = await readSplitCsv(join(folder, 'split.csv'));
    const rowOf = (path: string): unknown => rows.find((row) => row.path === path);
    const labelOf = (path = ''): string => (path.startsWith('red/') ? 'rouge' : 'blue');
    expect(rowOf('../wandering/red/other name.png')).toMatchObject({
      part: 'training',
      label: labelOf(moved),
    });
    expect(rowOf(`../wandering/${edited ?? ''}`)).toMatchObject({ part: 'training', label: labelOf(edited) });
    expect(rowOf('../attic/kept.png')).toMatchObject({ part: 'training', label: labelOf(gone) });
  });
});

describe('update of other models', () => {
  it('fine-tunes again with the same settings, and says so', async () => {
    await place.train('shapes', 'tuned', { fineTune: 'all', tuning: { epochs: 2, patience: null } });
    const former = await runOf(place.at('tuned'));
    const notices: string[] = [];
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === 'notice') notices.push(event.text);
    };
    const update = await updateModel(
      place.at('tuned'),
      { remove: ['dark'] },
      { home: place.home, onProgress },
    );
    expect(update.run?.fineTuning).toMatchObject({
      asked: 'all',
      settings: former.fineTuning?.settings,
    });
    expect(notices.join()).toContain('The network was fine-tuned for this model: that is done again');
  });

  it('takes several labels a photo, where a photo is right when all its labels are', async () => {
    const rows = place.signs.map(({ path, labels }) => `${path},${labels.join(';')}\n`);
    await writeFile(place.at('signs/half.csv'), `path,labels\n${rows.slice(0, 144).join('')}`);
    await writeFile(place.at('signs/rest.csv'), `path,labels\n${rows.slice(144).join('')}`);
    const run = await place.train('signs/half.csv', 'several');
    const folder = place.at('several');
    const update = await updateModel(
      folder,
      { add: [place.at('signs/rest.csv')], rename: [{ from: 'red', to: 'red; or so' }] },
      { home: place.home },
    );
    expect(update.photos).toMatchObject({ before: 144, after: 288, added: 144 });
    expect(update.tests?.same?.photos).toBe(run.split.test);
    expect(update.tests?.same?.before.accuracy).toBeCloseTo(run.metrics.test.accuracy, 12);
    await updateModel(folder, { rename: [{ from: 'red; or so', to: 'red' }] }, { home: place.home });
    const text = await readFile(join(folder, 'predictions.csv'), 'utf8');
    expect(text).not.toContain('or so');
    const removed = await updateModel(folder, { remove: ['dark'] }, { home: place.home });
    // Photos that showed it are photos of none of the classes now.
    expect(removed.photos).toMatchObject({ before: 288, after: 288 });
    expect(removed.run?.dataset.classes).toEqual(['blue', 'red']);
  });

  it('of bottleneck files only renames classes', async () => {
    await place.regraft('features', 'shapes', '-o', 'texts', '--format', 'retrain-txt', '--backbone', 'colours.onnx', '--scaling', 'unit'); // prettier-ignore
    await train(place.at('texts'), { home: place.home, out: place.at('text-model'), bottlenecks: true });
    const update = await updateModel(place.at('text-model'), { rename: [{ from: 'red', to: 'rouge' }] });
    expect(update.run?.dataset.classes).toEqual(['blue', 'dark', 'rouge']);
    await expect(updateModel(place.at('text-model'), { remove: ['rouge'] })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      hint: expect.stringContaining('--bottlenecks') as string,
    });
  });
});

describe('bad input to update', () => {
  beforeAll(async () => {
    await mkdir(place.at('empty/folder'), { recursive: true });
    await mkdir(place.at('flat'), { recursive: true });
    await copyFile(place.at('signs/0.png'), place.at('flat/0.png'));
    await mkdir(place.at('imported'), { recursive: true });
    await copyFile(place.at('base/model.onnx'), place.at('imported/model.onnx'));
    await mkdir(place.at('repeats'), { recursive: true });
    await writeFile(place.at('repeats/repeats.json'), '{}');
    const first = (await readSplitCsv(place.at('base/split.csv')))[0]?.path ?? '';
    const csvs = {
      'unknown-photo.csv': 'path,label\nblue/no.png,red\n',
      'no-label.csv': `path,label\n${first},\n`,
      'two-labels.csv': `path,label\n${first},red\n${first},dark\n`,
      'no-header.csv': `${first},red\n`,
      'one-of-a-class.csv': `path,label\n${first},rred\n`,
      'several.csv': `path,labels\nsigns/3.png,red;blue\n`,
      'column.csv': `path,labels\n${first},red\n`,
    };
    for (const [name, text] of Object.entries(csvs)) await writeFile(place.at(name), text);
  });

  it.each<[string, string[], string, RegExp, RegExp]>([
    ['nothing to change', [], 'INVALID_OPTION', /something to change/, /--add/],
    ['an unknown class to remove', ['--remove', 'rad'], 'INVALID_OPTION', /"rad"/, /Did you mean "red"\?/],
    [
      'an unknown class far from all',
      ['--remove', 'elephant'],
      'INVALID_OPTION',
      /"elephant"/,
      /blue, dark, red/,
    ],
    [
      'an unknown class to rename',
      ['--rename', 'blu=azure'],
      'INVALID_OPTION',
      /"blu"/,
      /Did you mean "blue"\?/,
    ],
    [
      'an unknown class to merge',
      ['--merge', 'blue,darc=both'],
      'INVALID_OPTION',
      /"darc"/,
      /Did you mean "dark"\?/,
    ],
    ['a merge into itself', ['--merge', 'red=red'], 'INVALID_OPTION', /itself alone/, /--merge/],
    [
      'a merge of one class',
      ['--merge', 'red=rouge'],
      'INVALID_OPTION',
      /several classes/,
      /--rename red=rouge/,
    ],
    ['a rename to the same', ['--rename', 'red=red'], 'INVALID_OPTION', /another name/, /--rename/],
    [
      'a rename to a name that is taken',
      ['--rename', 'red=blue'],
      'INVALID_OPTION',
      /another class has/,
      /--merge red,blue=blue/,
    ],
    [
      'two names for a class',
      ['--rename', 'red=a', '--rename', 'red=b'],
      'INVALID_OPTION',
      /received two/,
      /one of them/,
    ],
    ['a rename without a name', ['--rename', 'red='], 'INVALID_OPTION', /old=new/, /backslash/],
    ['a merge without a target', ['--merge', 'red,blue'], 'INVALID_OPTION', /first,second=both/, /backslash/],
    ['too few classes left', ['--remove', 'red', '--remove', 'blue'], 'ONE_CLASS', /only "dark"/, /fewer/],
    ['all made one', ['--merge', 'red,blue,dark=all'], 'ONE_CLASS', /only "all"/, /fewer/],
    ['a folder that is not there', ['--add', 'nowhere'], 'DATASET_NOT_FOUND', /nowhere/, /path/],
    ['a folder without photos', ['--add', 'empty'], 'NO_CLASSES', /empty/, /\w/],
    ['photos without class folders', ['--add', 'flat'], 'NO_CLASSES', /flat/, /\w/],
    ['several labels for one', ['--add', 'several.csv'], 'INVALID_OPTION', /one label a photo/, /label/],
    [
      'a CSV that is not there',
      ['--relabel', 'nowhere.csv'],
      'DATASET_NOT_FOUND',
      /nowhere/,
      /path,? and label|path/,
    ],
    [
      'an unknown photo',
      ['--relabel', 'unknown-photo.csv'],
      'INVALID_CSV',
      /line 2, column 1.*no\.png/,
      /split\.csv/,
    ],
    ['an empty label', ['--relabel', 'no-label.csv'], 'INVALID_CSV', /line 2.*empty cell/, /label/],
    [
      'two labels for a photo',
      ['--relabel', 'two-labels.csv'],
      'INVALID_CSV',
      /line 3.*"red" as in line 2/,
      /Remove/,
    ],
    ['no header', ['--relabel', 'no-header.csv'], 'INVALID_CSV', /header/, /path,label/],
    [
      'a column of labels',
      ['--relabel', 'column.csv'],
      'INVALID_CSV',
      /one label a photo/,
      /Rename the column/,
    ],
    [
      'a new class of one photo',
      ['--relabel', 'one-of-a-class.csv'],
      'CLASS_TOO_SMALL',
      /"rred" \(1\)/,
      /--allow-small/,
    ],
    ['a folder of --photos that is none', ['--remove', 'red', '--photos', 'signs/0.png'], '', / /, / /],
  ])('%s', async (_, flags, code, message, hint) => {
    const before = await hashFolder(model);
    const outcome = await place.regraft('update', model, ...flags, '--json');
    // Folders that need not be searched are not looked at.
    if (code === '') {
      expect(outcome.code).toBe(0);
      return;
    }
    const { error } = jsonOf<PrintedFailure>(outcome);
    expect([error.code, outcome.code]).toEqual([code, code === 'INVALID_OPTION' ? 2 : 1]);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(await hashFolder(model)).toEqual(before);
  });

  it.each<[string, string, string, RegExp]>([
    ['a path that is not there', 'nowhere', 'RUN_NOT_FOUND', /does not exist/],
    ['a folder of photos', 'shapes', 'RUN_NOT_FOUND', /no run\.json/],
    ['a model that was not trained here', 'imported', 'RUN_NOT_FOUND', /not trained here/],
    ['repeats', 'repeats', 'RUN_NOT_FOUND', /a model for each seed/],
  ])('%s is no model to update', async (_, folder, code, message) => {
    const outcome = await place.regraft('update', folder, '--rename', 'red=rouge', '--json');
    const { error } = jsonOf<PrintedFailure>(outcome);
    expect([error.code, outcome.code]).toEqual([code, 1]);
    expect(error.message).toMatch(message);
  });

  it('is told to callers of the library too', async () => {
    const changes = { rename: [{ from: 'red', too: 'rouge' }] } as unknown as { rename: [] };
    await expect(updateModel(model, changes)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    const options = { dryRun: 'yes' } as unknown as { dryRun: boolean };
    await expect(updateModel(model, { remove: ['red'] }, options)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('dryRun') as string,
    });
  });
});

describe('an update that is killed', () => {
  it.each([1, 2, 3])('leaves the older model or the new one whole (%i of 3 moments)', async (moment) => {
    const before = await hashFolder(model);
    const { child, ended } = startRegraft(['update', model, '--add', 'more'], {
      home: place.home,
      cwd: place.root,
    });
    const marks = ['Training the head', 'Testing', 'Saving the model'];
    let seen = '';
    child.stderr?.on('data', (text: string) => {
      seen += text;
    });
    while (!seen.includes(marks[moment - 1] ?? '') && child.exitCode === null) await sleep(2);
    child.kill('SIGKILL');
    await ended;
    const { bytes } = await loadModel(model);
    const run = await runOf(model);
    expect(run.model.bytes).toBe(bytes.length);
    if (run.model.sha256 === base.model.sha256) {
      const after = await hashFolder(model).catch(() => before);
      expect(after).toMatchObject(before);
    }
    const again = jsonOf<ModelUpdate>(await place.regraft('update', model, '--add', 'more', '--json'));
    expect(again.photos.after).toBe(108);
  });
});
