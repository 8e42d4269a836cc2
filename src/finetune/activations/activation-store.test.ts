import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { FeatureView } from '../../features/feature-view.ts';
import { filesBelow, temporaryFolder } from '../../features/testing/temporary-folder.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { viewsOf } from '../../shared/photo-view.ts';
import { cutNetwork } from '../cut/cut-network.ts';
import { drawPhotos } from '../testing/draw-photos.ts';
import { floatBackbone } from '../testing/float-backbone.ts';
import { quantisedBackbone } from '../testing/quantised-backbone.ts';
import { type ActivationStore, openActivationStore } from './activation-store.ts';
import type { ActivationRow } from './segment-file.ts';
import { storeActivations } from './store-activations.ts';

const backbone = quantisedBackbone();
const cut = cutNetwork(backbone, 1);
const rowBytes = 11 * 6 * 6;
const views: readonly FeatureView[] = ['whole', 'whole-mirrored'];

function openStore(home: string): Promise<ActivationStore> {
  return openActivationStore(home, backbone, cut);
}

/** Rows of both views of a photo whose bytes follow from its name and the view. */
function rowsOf(photo: string): ActivationRow[] {
  return views.map((view, number) => ({ photo, view, width: 20, height: 10, bytes: bytesOf(photo, number) }));
}

function bytesOf(photo: string, view: number): Uint8Array {
  const first = photo.charCodeAt(0) + 50 * view;
  return Uint8Array.from({ length: rowBytes }, (_, at) => first + at);
}

/** A home with a segment of the photos `a` and `b`, and one of `c`; gives their paths. */
async function twoSegments(): Promise<{ home: string; first: string; second: string }> {
  const home = await temporaryFolder();
  const store = await openStore(home);
  await store.append([...rowsOf('a'), ...rowsOf('b')]);
  const [first = ''] = await filesBelow(home);
  await store.append(rowsOf('c'));
  const second = (await filesBelow(home)).find((file) => file !== first) ?? '';
  return { home, first, second };
}

/** The photos among `a`, `b` and `c` that a freshly opened store has in both views, with their values checked. */
async function found(home: string): Promise<string> {
  const store = await openStore(home);
  await store.verify(['a', 'b', 'c'], views, undefined);
  const there = ['a', 'b', 'c'].filter((photo) =>
    views.every((view) => store.sizeOf(photo, view) !== undefined),
  );
  for (const photo of there) {
    for (const [number, view] of views.entries()) {
      expect(store.sizeOf(photo, view)).toMatchObject({ width: 20, height: 10 });
      expect(bytesIn(await store.read([photo], [view]))).toEqual([...bytesOf(photo, number)]);
    }
  }
  return there.join('');
}

function bytesIn({ data }: Tensor): number[] {
  return [...(data as Uint8Array)];
}

async function flipByte(path: string, position: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

describe('a store of activations', () => {
  it('is empty without a folder, and makes none by being asked', async () => {
    const home = await temporaryFolder();
    expect(await found(home)).toBe('');
    expect(await filesBelow(home)).toEqual([]);
  });

  it('finds what was appended, in the same process and in a later one', async () => {
    const { home } = await twoSegments();
    expect(await found(home)).toBe('abc');
    const store = await openStore(home);
    const both = await store.read(['c', 'a', 'c'], ['whole', 'whole-mirrored', 'whole-mirrored']);
    expect(both.dims).toEqual([3, 11, 6, 6]);
    expect(bytesIn(both)).toEqual([...bytesOf('c', 0), ...bytesOf('a', 1), ...bytesOf('c', 1)]);
  });

  it.each([
    ['of a row', 0],
    ['of its last row', 4 * rowBytes - 1],
    ['of its index', 4 * rowBytes + 20],
    ['of its length', -34],
    ['of its hash', -1],
  ])('a segment with a flipped bit in a byte %s is set aside, and no other', async (_, position) => {
    const { home, first, second } = await twoSegments();
    await flipByte(first, position < 0 ? (await stat(first)).size + position : position);
    expect(await found(home)).toBe('c');
    expect((await filesBelow(home)).sort()).toEqual([`${first}.broken`, second].sort());
    const store = await openStore(home);
    await store.append([...rowsOf('a'), ...rowsOf('b')]);
    expect(await found(home)).toBe('abc');
  });

  it.each([1, 35, 36, 200, 1000, 10])(
    'a segment that lacks its last bytes, or all but few, is set aside: %i',
    async (bytes) => {
      const { home, first } = await twoSegments();
      await truncate(first, bytes === 10 ? 10 : (await stat(first)).size - bytes);
      expect(await found(home)).toBe('c');
      expect(await filesBelow(home)).toContain(`${first}.broken`);
    },
  );

  it('an empty or foreign file is set aside', async () => {
    const { home, first, second } = await twoSegments();
    await writeFile(first, '');
    await writeFile(second, Buffer.alloc(5000, 255));
    expect(await found(home)).toBe('');
  });

  it('a row that is stored twice is read from the whole segment when the other is damaged', async () => {
    const { home, first, second } = await twoSegments();
    const store = await openStore(home);
    await store.append(rowsOf('a'));
    await flipByte(first, 3);
    expect(await found(home)).toBe('ac');
    expect(await filesBelow(home)).toContain(second);
  });

  it('damage after the check is an error when the row is read, and so is a segment that is gone', async () => {
    const { home, first, second } = await twoSegments();
    const store = await openStore(home);
    await store.verify(['a', 'b', 'c'], views, undefined);
    await flipByte(first, rowBytes);
    await expect(store.read(['a'], ['whole-mirrored'])).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
      message: expect.stringContaining('a damaged row') as string,
      hint: expect.stringContaining('run the same command again') as string,
    });
    await rm(second);
    await expect(store.read(['c'], ['whole'])).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
      message: expect.stringContaining('(ENOENT)') as string,
    });
    await expect(store.read(['d'], ['whole'])).rejects.toMatchObject({ code: 'FEATURES_INVALID' });
  });

  it('a segment of another network in its folder is not taken', async () => {
    const { home, first } = await twoSegments();
    const other = await openActivationStore(
      home,
      { ...backbone, sha256: `${'1'.repeat(16)}${'2'.repeat(48)}` },
      cut,
    );
    // Of the same folder, as that is named by the first 16 digits.
    expect((await openStore(home)).folder).toBe(other.folder);
    expect(other.sizeOf('a', 'whole')).toBeUndefined();
    expect(await filesBelow(home)).toContain(`${first}.broken`);
  });

  it('a checked segment counts as used now', async () => {
    const { home, first, second } = await twoSegments();
    const old = new Date(Date.now() - 1e9);
    await utimes(first, old, old);
    await utimes(second, old, old);
    await (await openStore(home)).verify(['a'], ['whole'], undefined);
    expect((await stat(first)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    expect((await stat(second)).mtimeMs).toBeLessThan(Date.now() - 9e8);
  });

  it('a temporary file of a killed process does not count', async () => {
    const { home, first } = await twoSegments();
    await rename(first, first.replace('.rows', '.tmp'));
    expect(await found(home)).toBe('c');
  });

  it('reading rows takes memory for these rows only', async () => {
    const { home, first } = await twoSegments();
    // What lies between and behind the rows is not read: the store does not notice that it is gone.
    const store = await openStore(home);
    const file = await open(first, 'r+');
    await file.truncate(2 * rowBytes);
    await file.close();
    expect(bytesIn(await store.read(['a'], ['whole-mirrored']))).toEqual([...bytesOf('a', 1)]);
  });
});

describe('processes', () => {
  const script = fileURLToPath(new URL('../testing/store-in-process.ts', import.meta.url));
  const command = (home: string, folder: string, photos: number): string[] => [
    '--import',
    'tsx',
    script,
    home,
    folder,
    String(photos),
  ];

  it('one that is killed loses the last seconds of its work at most, and leaves nothing half that counts', async () => {
    const [home, folder, count] = [await temporaryFolder(), await temporaryFolder(), 150];
    const child = spawn(process.execPath, command(home, folder, count), { stdio: 'ignore' });
    await firstSegment(home, child);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = (await filesBelow(home)).filter((file) => file.endsWith('.rows'));
    const bytes = (await Promise.all(left.map((file) => stat(file)))).reduce(
      (sum, { size }) => sum + size,
      0,
    );

    const [network, photos] = [floatBackbone(160), await drawPhotos(folder, count)];
    const whole = cutNetwork(network, 'all');
    const { store, computed, cached } = await storeActivations(photos, network, whole, viewsOf(10), {
      home,
      workers: 1,
    });
    expect(computed + cached).toBe(count);
    // Ten views of 160 × 160 pixels, and their entries in the index.
    expect(cached).toBeGreaterThanOrEqual(Math.max(1, Math.floor(bytes / (10 * 77_100))));
    expect(computed).toBeGreaterThan(0);
    expect((await filesBelow(home)).filter((file) => file.endsWith('.broken'))).toEqual([]);

    // What the killed process had stored is what a new store gets.
    const other = await storeActivations(photos, network, whole, ['whole'], {
      home: await temporaryFolder(),
      workers: 1,
    });
    for (const { sha256 } of photos) {
      const [found, expected] = [
        await store.read([sha256], ['whole']),
        await other.store.read([sha256], ['whole']),
      ];
      expect(Buffer.compare(found.data as Uint8Array, expected.data as Uint8Array)).toBe(0);
    }
  });

  it('two that write at once lose nothing', async () => {
    const [home, folder] = [await temporaryFolder(), await temporaryFolder()];
    await drawPhotos(folder, 60);
    const outputs = await Promise.all(
      [40, 60].map((photos) => promisify(execFile)(process.execPath, command(home, folder, photos))),
    );
    expect(outputs.map(({ stdout }) => (JSON.parse(stdout) as { computed: number }).computed)).toEqual([
      40, 60,
    ]);
    const [network, photos] = [floatBackbone(160), await drawPhotos(folder, 60)];
    const again = await storeActivations(photos, network, cutNetwork(network, 'all'), viewsOf(10), {
      home,
      workers: 1,
    });
    expect([again.computed, again.cached]).toEqual([0, 60]);
  });
});

/** Waits until a process has written a segment. */
async function firstSegment(home: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    if ((await filesBelow(home)).some((file) => file.endsWith('.rows'))) return;
    await sleep(5);
  }
  throw new Error('the process ended before it had written a segment');
}
