import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findWeights, makeHome, removeFolder } from '../support/home.ts';
import { drawDataset } from '../support/photos.ts';
import { makeUpdatePlace, type UpdatePlace } from '../support/update-place.ts';
import { makeExample, startExample } from './make-example.ts';

const weights = await findWeights();
let place: UpdatePlace;

beforeAll(async () => {
  place = await makeUpdatePlace();
  for (const label of ['blue', 'dark', 'red']) await place.put('shapes', label, 0, 12);
  await place.train('shapes', 'model');
});

afterAll(() => removeFolder(place.root));

it('every example has a README, a package and a line in the list', async () => {
  const examples = new URL('../../examples/', import.meta.url);
  const list = await readFile(new URL('README.md', examples), 'utf8');
  const entries = await readdir(examples, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    expect(list).toContain(`](${name}/README.md)`);
    const files = await readdir(new URL(name, examples));
    expect(files).toEqual(expect.arrayContaining(['README.md', 'package.json']));
  }
});

describe.skipIf(weights.missing !== undefined)('examples/node-script', () => {
  it('trains and classifies', async () => {
    const home = await makeHome(place.at('script-home'), weights);
    const example = await makeExample('node-script', place.root);
    await drawDataset(place.at('drawn'), 6);
    const photo = place.at('drawn/circles/circles-1.jpg');
    const { code, stdout } = await startExample(
      example,
      ['train-and-classify.js', place.at('drawn'), photo],
      { REGRAFT_HOME: home },
    ).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[\d.]+ % of \d+ test photos right\n.*circles-1\.jpg: circles \([\d.]+ %\)\n$/);
  });

  it('tells what is wrong', async () => {
    const example = await makeExample('node-script', place.at('wrong'));
    const { code, stderr } = await startExample(example, ['train-and-classify.js', 'nowhere', 'photo.jpg'])
      .ended;
    expect(code).toBe(1);
    expect(stderr).toContain('DATASET_NOT_FOUND: ');
  });
});

it('examples/hono-server answers for photos, refuses others and ends when told to', async () => {
  const example = await makeExample('hono-server', place.root);
  const { child, ended } = startExample(example, ['server.js', place.at('model')], { PORT: '0' });
  let heard = '';
  while (!/http:\S+/.test(heard)) {
    const [text] = (await once(child.stdout, 'data')) as [string];
    heard += text;
  }
  const address = /http:\S+/.exec(heard)?.[0] ?? '';
  expect(await (await fetch(`${address}/labels`)).json()).toEqual(['blue', 'dark', 'red']);
  const post = (body: Uint8Array<ArrayBuffer> | string): Promise<Response> =>
    fetch(`${address}/classify`, { method: 'POST', body });
  for (const label of ['blue', 'red']) {
    const [name = ''] = await readdir(place.at(`shapes/${label}`));
    const answer = await post(new Uint8Array(await readFile(place.at(`shapes/${label}/${name}`))));
    expect(await answer.json()).toMatchObject({ label, top: [{ label }, {}, {}] });
  }
  const refused = await post('no photo');
  expect([refused.status, await refused.json()]).toMatchObject([422, { error: { code: 'NOT_AN_IMAGE' } }]);
  expect((await post(new Uint8Array(21 * 1024 * 1024))).status).toBe(413);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

it('examples/batch-job writes a line for each photo and goes on behind the last whole one', async () => {
  const example = await makeExample('batch-job', place.root);
  await writeFile(place.at('shapes/red/broken.png'), 'no photo');
  const run = (): Promise<{ code: number | null; stdout: string }> =>
    startExample(example, ['classify-all.js', place.at('model'), place.at('shapes'), 'all.jsonl']).ended;
  expect(await run()).toMatchObject({ code: 0, stdout: '0 photos done, 37 to do\n37 photos classified\n' });
  const text = await readFile(join(example, 'all.jsonl'), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; label?: string; error?: string });
  expect(lines).toHaveLength(37);
  for (const { path, label, error } of lines) {
    if (path.endsWith('broken.png')) expect(error).toBe('NOT_AN_IMAGE');
    else expect(label).toBe(path.split('/')[0]);
  }
  // As a process leaves it that is killed while it writes.
  await writeFile(join(example, 'all.jsonl'), text.slice(0, Math.floor(text.length / 2)));
  const again = await run();
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/^(1\d|20) photos done, (1\d|2\d) to do\n/);
  expect(await readFile(join(example, 'all.jsonl'), 'utf8')).toBe(text);
  expect((await run()).stdout).toBe('37 photos done, 0 to do\n0 photos classified\n');
});
