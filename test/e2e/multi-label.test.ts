import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../src/dataset/csv.ts';
import {
  evaluateModel,
  exportFeatures,
  importClassifier,
  loadClassifier,
  type Prediction,
  type ProgressEvent,
  type RunRecord,
  runRecordSchema,
  train,
} from '../../src/index.ts';
import { node } from '../../src/onnx/build.ts';
import { encodeModel } from '../../src/onnx/write.ts';
import { colourNetwork } from '../fixtures/colour-network.ts';
import { drawSigns, type Sign, signLabels, signsCsv } from '../fixtures/draw-signs.ts';
import { removeFolder, temporaryFolder } from '../support/home.ts';
import { jsonOf, type Outcome, runRegraft } from '../support/regraft.ts';

describe('several labels a photo', () => {
  const count = 96;
  let root: string;
  let home: string;
  let csv: string;
  let out: string;
  let network: string;
  let signs: Sign[];
  let run: RunRecord;
  const options = (): { home: string; backbone: string; scaling: 'unit' } => ({
    home,
    backbone: network,
    scaling: 'unit',
  });
  const regraft = (...args: string[]): Promise<Outcome> => runRegraft(args, { home, cwd: root });
  const put = async (name: string, text: string): Promise<string> => {
    await writeFile(join(root, 'signs', name), text);
    return join(root, 'signs', name);
  };

  beforeAll(async () => {
    root = await temporaryFolder();
    home = join(root, 'home');
    out = join(root, 'model');
    network = join(root, 'colours.onnx');
    await writeFile(network, encodeModel(colourNetwork()));
    signs = await drawSigns(join(root, 'signs'), count);
    csv = await put('signs.csv', signsCsv(signs));
    ({ run } = await train(csv, { ...options(), out }));
  });

  afterAll(() => removeFolder(root));

  it('are learned: the record, the model and the report tell each of them', async () => {
    expect((await readdir(out)).sort()).toEqual([
      'model.onnx',
      'predictions.csv',
      'report.html',
      'run.json',
      'split.csv',
    ]);
    expect(runRecordSchema.parse(JSON.parse(await readFile(join(out, 'run.json'), 'utf8')))).toEqual(run);
    expect(run.dataset).toMatchObject({
      task: 'multi-label',
      classes: [...signLabels],
      counts: { blue: 48, dark: 48, red: 48 },
    });
    expect(run.notices).toEqual(['12 photos have no label and count as examples of none of the classes.']);
    const { test, multiLabel } = run.metrics;
    expect(multiLabel?.meanAveragePrecision).toBeGreaterThan(0.9);
    expect(multiLabel?.validationMeanAveragePrecision).toBeGreaterThan(0.8);
    expect(multiLabel?.perClass.map(({ label }) => label)).toEqual([...signLabels]);
    expect(test.perClass.every(({ support }) => support > 0)).toBe(true);
    expect(test).toMatchObject({ topK: [], confusion: [] });
    const report = await readFile(join(out, 'report.html'), 'utf8');
    expect(report).toContain('mean average precision');
    expect(report).not.toContain('Confusions');
  });

  it('give the same model, byte for byte, in a second run', async () => {
    const again = await train(csv, { ...options(), out: join(root, 'again') });
    expect(again.run.model.sha256).toBe(run.model.sha256);
    expect(again.run.features.computed).toBe(0);
  });

  it('are predicted by the model file as predictions.csv says', async () => {
    const rows = await readRows(join(out, 'predictions.csv'));
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'path',
      'labels',
      'predicted',
      'p(blue)',
      'p(dark)',
      'p(red)',
    ]);
    expect(rows).toHaveLength(run.metrics.test.count);
    await using classifier = await loadClassifier(out);
    expect(classifier.info).toMatchObject({
      task: 'multi-label',
      thresholds: run.metrics.multiLabel?.perClass.map(({ threshold }) => threshold),
    });
    for (const row of rows) {
      const prediction = await classifier.classifyOne(join(root, 'signs', row.path ?? ''));
      const found = prediction.labels
        ?.map(({ label }) => label)
        .sort()
        .join(';');
      expect(found).toBe(row.predicted);
      for (const { label, probability } of prediction.top) {
        expect(probability).toBeCloseTo(Number(row[`p(${label})`]), 4);
      }
      const own = signs.find(({ path }) => path === row.path);
      expect(row.labels).toBe(own?.labels.join(';'));
    }
  });

  it('are measured by evaluate as the training measured them', async () => {
    const rows = await readRows(join(out, 'split.csv'));
    expect(Object.keys(rows[0] ?? {})).toEqual(['path', 'labels', 'sha256', 'split']);
    const held = new Set(rows.filter(({ split }) => split === 'test').map(({ path }) => path));
    const test = await put('test.csv', signsCsv(signs.filter(({ path }) => held.has(path))));
    const result = await evaluateModel(out, test, { home });
    expect(result.trainedOn).toBe(0);
    expect(result.count).toBe(run.metrics.test.count);
    expect(result.accuracy).toBe(run.metrics.test.accuracy);
    expect(result.logLoss).toBeCloseTo(run.metrics.test.logLoss, 4);
    expect(result.multiLabel?.meanAveragePrecision).toBeCloseTo(
      run.metrics.multiLabel?.meanAveragePrecision ?? NaN,
      6,
    );
    expect(result.multiLabel?.mistakes).toHaveLength(run.metrics.multiLabel?.mistakes.length ?? NaN);

    const outcome = await regraft('evaluate', out, test);
    expect(outcome.stdout).toMatch(/^mAP .* as a mean over 3 labels\.\nEvery label is right for \d+ of/);
    const all = await regraft('evaluate', out, csv);
    expect(all.stderr).toContain('The model was trained on');
  });

  it('that the model does not know are told and not measured', async () => {
    const notices: string[] = [];
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === 'notice') notices.push(event.text);
    };
    const other = await put('other.csv', 'path,labels\n0.png,green\n1.png,blue;green\n');
    const result = await evaluateModel(out, other, { home, onProgress });
    expect(notices).toContainEqual('The model does not know the labels green: they are not measured.');
    expect(result.count).toBe(2);
    expect(result.perClass.map(({ support }) => support)).toEqual([1, 0, 0]);
    const unknown = await put('unknown.csv', 'path,labels\n0.png,green\n');
    await expect(evaluateModel(out, unknown, { home })).rejects.toMatchObject({ code: 'NO_CLASSES' });
  });

  it('are printed as lines, JSON and CSV', async () => {
    const [none, all] = ['signs/0.png', 'signs/7.png'];
    const lines = await regraft('predict', 'model', none, all);
    expect(lines.stdout).toMatch(
      /^signs\/0\.png {2}→ {2}no label {2}nearest: \w+ [\d.]+ %\nsigns\/7\.png {2}→ {2}\w+ [\d.]+ %, \w+ [\d.]+ %, \w+ [\d.]+ %\n$/,
    );
    const [first, second] = jsonOf<Prediction[]>(await regraft('predict', 'model', none, all, '--json'));
    expect(first?.labels).toEqual([]);
    expect(second?.labels?.map(({ label }) => label).sort()).toEqual([...signLabels]);
    const table = await regraft('predict', 'model', none, all, '--csv');
    const [header, nothing, everything] = table.stdout.split('\n');
    expect(header).toBe('path,labels,probabilities,error,reason');
    expect(nothing).toBe('signs/0.png,,,,');
    expect(everything).toMatch(/^signs\/7\.png,\w+;\w+;\w+,[\d.]+;[\d.]+;[\d.]+,,$/);
    const inspected = await regraft('inspect', 'model');
    expect(inspected.stdout).toMatch(/task {9}several labels a photo\n {2}thresholds {3}blue 0\.\d\d, dark/);
    expect(inspected.stdout).toMatch(/test .*mAP [\d.]+ %; every label right for/);
  });

  it('of some classes alone are learned on request', async () => {
    const rows = signs.map((sign) => ({ ...sign, labels: sign.labels.filter((label) => label !== 'dark') }));
    const some = await put('some.csv', signsCsv(rows));
    const result = await train(some, { ...options(), out: join(root, 'some'), classes: ['red', 'blue'] });
    expect(result.run.dataset.classes).toEqual(['blue', 'red']);
    expect(result.run.options.classes).toEqual(['red', 'blue']);
    await expect(
      train(csv, { ...options(), out: join(root, 'no'), classes: ['red', 'blue', 'darc'] }),
    ).rejects.toMatchObject({
      code: 'INVALID_CSV',
      message: expect.stringMatching(/line \d+, column \d+: .*found "dark"/) as string,
      hint: expect.stringContaining('Did you mean "darc"?') as string,
    });
  });

  it('of a class with too few photos are refused, or learned where small classes are allowed', async () => {
    const rows = signs.map((sign) =>
      sign.path === '5.png' ? { ...sign, labels: [...sign.labels, 'rare'] } : sign,
    );
    const rare = await put('rare.csv', signsCsv(rows));
    await expect(train(rare, { ...options(), out: join(root, 'no') })).rejects.toMatchObject({
      code: 'CLASS_TOO_SMALL',
      message: expect.stringContaining('"rare" (1)') as string,
    });
    const result = await train(rare, { ...options(), out: join(root, 'rare'), allowSmall: true });
    const own = result.run.metrics.multiLabel?.perClass.find(({ label }) => label === 'rare');
    expect(own).toMatchObject({ averagePrecision: null, threshold: 0.5 });
    expect(result.run.metrics.multiLabel?.meanAveragePrecision).toBeGreaterThan(0.8);
  });

  it('are refused where one label is needed: by other heads, text files, bottlenecks, and the other kind of model', async () => {
    await expect(train(csv, { ...options(), out: join(root, 'no'), head: 'retrain' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('Expected "logistic" for head') as string,
    });
    await expect(train(csv, { ...options(), out: join(root, 'no'), nested: true })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    await expect(
      exportFeatures(csv, { ...options(), output: join(root, 'text'), format: 'retrain-txt' }),
    ).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(train(csv, { home, out: join(root, 'no'), bottlenecks: true })).rejects.toMatchObject({
      code: 'DATASET_UNREADABLE',
      hint: expect.stringContaining('--bottleneck_dir') as string,
    });
    const single = await put('single.csv', 'path,label\n0.png,blue\n1.png,red\n');
    await expect(evaluateModel(out, single, { home })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('Expected several labels a photo') as string,
    });
    const rows = signs.map(({ path, labels }) => `${path},${labels.includes('dark') ? 'dark' : 'light'}`);
    const grounds = await put('grounds.csv', `path,label\n${rows.join('\n')}\n`);
    await train(grounds, { ...options(), out: join(root, 'grounds') });
    await expect(evaluateModel(join(root, 'grounds'), csv, { home })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('Expected one label a photo') as string,
    });
  });

  it('are written beside features, in one cell', async () => {
    const { rows } = await exportFeatures(csv, { ...options(), output: join(root, 'signs.arrow') });
    expect(rows).toBe(count);
    expect((await readFile(join(root, 'signs.arrow'))).includes('blue;dark;red')).toBe(true);
  });

  it('are what an imported network that ends in a sigmoid gives, with thresholds of 0.5', async () => {
    const model = colourNetwork();
    const [scores] = model.graph.outputs;
    if (scores === undefined) throw new Error('The network has no output.');
    const graph = {
      ...model.graph,
      nodes: [...model.graph.nodes, node('Sigmoid', [scores.name], ['tags'])],
      outputs: [{ ...scores, name: 'tags' }],
    };
    await mkdir(join(root, 'tagger'));
    await writeFile(join(root, 'tagger', 'tagger.onnx'), encodeModel({ ...model, graph }));
    await writeFile(join(root, 'labels.txt'), 'ash\nbirch\ncedar\ndogwood\nelm\n');
    const labels = join(root, 'labels.txt');
    const shared = { home, labels, scaling: 'unit' } as const;
    await importClassifier(join(root, 'tagger', 'tagger.onnx'), { ...shared, out: join(root, 'tags') });
    await importClassifier(network, { ...shared, out: join(root, 'plain') });
    await using tagger = await loadClassifier(join(root, 'tags'));
    await using plain = await loadClassifier(join(root, 'plain'));
    expect(tagger.info).toMatchObject({ task: 'multi-label', thresholds: [0.5, 0.5, 0.5, 0.5, 0.5] });
    const photo = join(root, 'signs', '6.png');
    const [tags, classes] = [await tagger.classifyOne(photo), await plain.classifyOne(photo)];
    // Of the same scores z the sigmoid gives ln(p / (1 − p)) = z, the softmax ln p = z − c: their differences are equal.
    const logit = (probability: number): number => Math.log(probability / (1 - probability));
    const shifts = tags.top.map(({ label, probability }) => {
      const other = classes.top.find((one) => one.label === label)?.probability ?? NaN;
      return logit(probability) - Math.log(other);
    });
    expect(shifts).toHaveLength(5);
    for (const shift of shifts) expect(shift).toBeCloseTo(shifts[0] ?? NaN, 3);
    const shown = tags.top.filter(({ probability }) => probability >= 0.5);
    expect(tags.labels).toEqual(shown);
  });
});

async function readRows(file: string): Promise<Record<string, string>[]> {
  const records: (readonly string[])[] = [];
  for await (const { fields } of readCsv(file)) records.push(fields);
  const [header = [], ...rows] = records;
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}
