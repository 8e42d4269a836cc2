import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { slowReads } from './support/full-disk.ts';
import { jsonOf, type RunningRegraft, startRegraft } from './support/regraft.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-signals-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A registry that takes connections and never answers. */
async function silentRegistry(): Promise<{ url: string; connected: Promise<Socket> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    // A killed process resets its connection.
    socket.on('error', () => undefined).resume();
    sockets.push(socket);
  });
  const connected = once(server, 'connection').then(([socket]) => socket as Socket);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, connected };
}

describe.skipIf(process.platform === 'win32')('a signal during the first download', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends npm too, leaves nothing behind, and the exit code is %i', async (signal, code) => {
    const registry = await silentRegistry();
    const home = join(folder, signal);
    const env = { REGRAFT_OFFLINE: '', npm_config_registry: registry.url, npm_config_noproxy: '127.0.0.1' };
    const { child, ended } = startRegraft(['backbones', 'fetch', 'inception-v3', '--json'], { home, env });
    const socket = await registry.connected;
    const closed = once(socket, 'close');
    child.kill(signal);
    const outcome = await ended;
    expect(outcome).toMatchObject({ code, signal: null });
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'CANCELLED' } });
    await closed;
    expect(await readdir(join(home, 'backbones'))).toEqual([]);
  });

  it('kill -9 ends npm too', async () => {
    const registry = await silentRegistry();
    const env = { REGRAFT_OFFLINE: '', npm_config_registry: registry.url, npm_config_noproxy: '127.0.0.1' };
    const home = join(folder, 'SIGKILL');
    const { child, ended } = startRegraft(['backbones', 'fetch', 'inception-v3'], { home, env });
    const closed = once(await registry.connected, 'close');
    child.kill('SIGKILL');
    expect(await ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    await closed;
  });
});

describe.skipIf(process.platform === 'win32')(
  'a second signal, while the first one waits for slow work',
  () => {
    /** Starts a training that reads a file for a minute, which nothing can cancel. */
    const startSlow = async (): Promise<RunningRegraft> => {
      for (const [label, number] of ['a1', 'a2', 'b1', 'b2'].entries()) {
        await mkdir(join(folder, 'texts', number.slice(0, 1)), { recursive: true });
        await writeFile(join(folder, 'texts', number.slice(0, 1), `${number}.jpg.txt`), `1,${label}`);
      }
      const running = startRegraft(['train', '--bottlenecks', 'texts', '--json'], {
        home: join(folder, 'home'),
        cwd: folder,
        preload: slowReads('.txt', 60_000),
      });
      await shows(running, '[photo 1]');
      return running;
    };

    /** Waits until stderr holds a text. */
    const shows = async ({ child }: RunningRegraft, text: string): Promise<void> => {
      let shown = '';
      child.stderr?.on('data', (more: string) => (shown += more));
      while (!shown.includes(text) && child.exitCode === null) await sleep(20);
    };

    it.each([
      ['SIGINT', 'SIGINT'],
      ['SIGTERM', 'SIGINT'],
      ['SIGHUP', 'SIGTERM'],
    ] as const)('after %s, %s ends the process at once', async (first, second) => {
      const running = await startSlow();
      const stopping = shows(running, 'Stopping');
      running.child.kill(first);
      await stopping;
      await sleep(200);
      expect(running.child.exitCode).toBe(null);
      const start = performance.now();
      running.child.kill(second);
      expect(await running.ended).toMatchObject({ code: null, signal: second });
      expect(performance.now() - start).toBeLessThan(10_000);
    });
  },
);
