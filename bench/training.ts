// The whole `regraft train` on 1000 flower photos: cold (empty store) and fully cached, by default and with one tap and one head, each in a process of its own.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const run = promisify(execFile);

export async function benchTraining(): Promise<BenchResult[]> {
  const versions: number[] = [];
  for (let round = 0; round < 5; round++) versions.push(await timeCommand(['--version']));
  const startup: BenchResult = {
    name: 'regraft --version',
    value: median(versions),
    unit: 'ms',
    bound: { kind: 'at most', value: 100 },
    note: 'median of 5 processes',
  };
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the training bench needs REGRAFT_DATA with flower_photos/.');
    return [startup];
  }
  return withFreshHome(async (home) => {
    const args = ['train', folder, '--out', join(home, 'model')];
    const cold = await timeTrain(args, home);
    const again = async (more: readonly string[]): Promise<number> => {
      const seconds: number[] = [];
      for (let round = 0; round < 3; round++) {
        seconds.push((await timeTrain([...args, ...more], home)).seconds);
      }
      return median(seconds);
    };
    return [
      startup,
      {
        name: 'train, cold',
        value: cold.seconds,
        unit: 's',
        note: '1000 photos, by default, process start to end',
      },
      {
        name: 'train, cold: peak memory',
        value: cold.peakMb,
        unit: 'MB',
        bound: { kind: 'at most', value: 900 },
      },
      {
        name: 'train, fully cached',
        value: await again([]),
        unit: 's',
        note: 'median of 3; tries six heads and fits unknown scores',
      },
      {
        name: 'train, fully cached, one tap and one head',
        value: await again(['--taps', 'bottleneck', '--head', 'logistic', '--no-unknown']),
        unit: 's',
        bound: { kind: 'at most', value: 4 },
        note: 'median of 3',
      },
    ];
  });
}

async function timeCommand(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await run(process.execPath, [cli, ...args]);
  return performance.now() - start;
}

async function timeTrain(
  args: readonly string[],
  home: string,
): Promise<{ seconds: number; peakMb: number }> {
  // The child prints its own peak at exit. Linux hands the parent's peak down in maxRSS, but not in VmHWM.
  const report = `import { readFileSync } from 'node:fs';
    process.on('exit', () => {
      let peakKb = process.resourceUsage().maxRSS;
      try { peakKb = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]; } catch {}
      process.stderr.write('\\npeak ' + peakKb + '\\n');
    });`;
  const start = performance.now();
  const { stderr } = await run(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(report)}`, cli, ...args],
    { env: { ...process.env, REGRAFT_HOME: home }, maxBuffer: 2 ** 26 },
  );
  const peakKb = Number(/\npeak (\d+)/.exec(stderr)?.[1] ?? NaN);
  return { seconds: (performance.now() - start) / 1000, peakMb: (peakKb * 1024) / 1e6 };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchTraining());
