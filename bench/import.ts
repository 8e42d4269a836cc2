// A network of 100 MB in each format: seconds until it can give features (read, imported, simplified, taps found), and peak memory over
// the size of its files. Each import is a process of its own, on the compiled code.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { largeNetworks } from './large-networks.ts';

const rounds = 3;
const run = promisify(execFile);
const load = new URL('../dist/backbone/load.js', import.meta.url).href;

// Linux keeps the peak of a process's resident memory in VmHWM. What it held before counts as nothing, but no less than that: memory
// that was freed before the import began makes the peak look higher, never lower.
const child = `
import { readFileSync } from 'node:fs';
import { loadBackbone } from ${JSON.stringify(load)};
const memory = (field) => Number(new RegExp(field + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
const [file, home] = process.argv.slice(1);
const before = memory('VmRSS');
const start = performance.now();
const { taps } = await loadBackbone(file, { home, scaling: 'inception' });
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ seconds, peak: memory('VmHWM') - before, taps: taps.map(({ name }) => name) }));
`;

interface Measured {
  readonly seconds: number;
  /** Bytes. */
  readonly peak: number;
  readonly taps: readonly string[];
}

export async function benchImport(): Promise<BenchResult[]> {
  if (process.platform !== 'linux') {
    console.error('Skipped: the import bench reads peak memory from /proc, which Linux has.');
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'regraft-bench-'));
  try {
    const results: BenchResult[] = [];
    for (const { format, write } of largeNetworks) {
      const file = await write(folder);
      const bytes = await sizeOf(file);
      const measured: Measured[] = [];
      for (let round = 0; round < rounds; round++) {
        measured.push(await importOnce(file, join(folder, 'home')));
      }
      const note = `${(bytes / 1e6).toFixed(0)} MB, ${measured[0]?.taps.length ?? 0} taps, process of its own; median of ${rounds}`;
      results.push({
        name: `${format}: import`,
        value: median(measured.map(({ seconds }) => seconds)),
        unit: 's',
        bound: { kind: 'at most', value: 3 },
        note,
      });
      results.push({
        name: `${format}: peak memory`,
        value: median(measured.map(({ peak }) => peak)) / bytes,
        unit: '× its size',
        bound: { kind: 'at most', value: 4 },
        note: 'highest resident memory less that before the import',
      });
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function importOnce(file: string, home: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', child, file, home]);
  return JSON.parse(stdout) as Measured;
}

/** The size of a network's file; of all files beside a model.json. */
async function sizeOf(file: string): Promise<number> {
  if (!file.endsWith('.json')) return (await stat(file)).size;
  const names = await readdir(dirname(file));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dirname(file), name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchImport());
