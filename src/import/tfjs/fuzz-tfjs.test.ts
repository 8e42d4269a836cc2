import { expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { fuzzReader } from '../testing/fuzz.ts';
import { importTfjs } from './import-tfjs.ts';
import { goldenFiles, type GoldenNetwork, readGoldenNetworks } from './testing/golden-networks.ts';

const networks = [
  ...readGoldenNetworks('tfjs-layers.json').networks,
  ...readGoldenNetworks('tfjs-keras.json').networks,
];
const golden = (name: string): GoldenNetwork =>
  networks.find((network) => network.name === name) as GoldenNetwork;
// What a message must hold besides the file: a field, a weight, or the layer that has something.
const place = /field|weight|layer| has /i;

it.each([
  ['quantised', 20250301, 10_000],
  ['teachable-machine', 20250302, 1000],
  ['nested', 20250303, 1000],
])(
  'a damaged model.json is read or refused with its field, never worse: %s, seed %d',
  async (name, seed, mutations) => {
    const files = goldenFiles(golden(name));
    const read = (bytes: Uint8Array): unknown =>
      importTfjs({ ...files, json: new TextDecoder().decode(bytes) }, 'fuzzed.json');
    const report = await fuzzReader(new TextEncoder().encode(files.json), read, seed, {
      source: 'fuzzed.json',
      place,
      mutations,
    });
    expect(report).toMatchObject({ failures: [] });
    expect(report.refused).toBeGreaterThan(mutations / 5);
  },
  120_000,
);

it.each(['quantised', 'merges', 'nested', 'windows'])(
  'a model.json with a strange value in any field is read or refused with that field, never worse: %s',
  (name) => {
    const files = goldenFiles(golden(name));
    const failures: string[] = [];
    let refused = 0;
    for (const [change, json] of strangeCopies(JSON.parse(files.json))) {
      try {
        importTfjs({ ...files, json }, 'fuzzed.json');
      } catch (error) {
        refused++;
        const { message } = error as Error;
        const isClear =
          error instanceof RegraftError && message.includes('fuzzed.json') && place.test(message);
        if (!isClear) failures.push(`${change}: ${String(error)}`);
      }
    }
    expect(failures).toEqual([]);
    expect(refused).toBeGreaterThan(100);
  },
  120_000,
);

it('a damaged weight file is read or refused with its name and its weight, seed 20250304', async () => {
  const files = goldenFiles(golden('quantised'));
  const [path] = Object.keys(golden('quantised').shards);
  const read = (bytes: Uint8Array): unknown =>
    importTfjs({ ...files, read: (name) => (name === path ? bytes : files.read(name)) }, 'fuzzed.json');
  const report = await fuzzReader(files.read(path ?? ''), read, 20250304, {
    source: 'fuzzed.json',
    place: /bytes in group1-shard\S+,.* for the weight \S+/,
  });
  expect(report).toMatchObject({ failures: [] });
  // No byte of a number is wrong, but no byte may be missing.
  expect(report).toMatchObject({ refused: 100, accepted: 10_000 });
}, 120_000);

const strange: readonly unknown[] = [
  null,
  -1,
  0,
  1e9,
  2 ** 53,
  0.5,
  true,
  '',
  'constructor',
  '__proto__',
  [],
  {},
  [[[[]]]],
  ['flat', 0, 0],
];

/** Copies of a JSON value with one part replaced: each part in turn, by each strange value in turn. */
function* strangeCopies(root: unknown): Generator<readonly [change: string, json: string]> {
  const stack: { parent: Record<string, unknown>; path: string }[] = [
    { parent: root as Record<string, unknown>, path: '' },
  ];
  let turn = 0;
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { parent, path } = item;
    for (const [key, value] of Object.entries(parent)) {
      // Two of them a part keep this short; every value meets every kind of field in some layer.
      for (let time = 0; time < 2; time++) {
        parent[key] = strange[turn++ % strange.length];
        yield [`${path}.${key} = ${JSON.stringify(parent[key])}`, JSON.stringify(root)];
      }
      parent[key] = value;
      if (typeof value === 'object' && value !== null) {
        stack.push({ parent: value as Record<string, unknown>, path: `${path}.${key}` });
      }
    }
  }
}
