import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { regraftHome } from '../src/home.ts';

/** The folder of the 1000 flower photos, undefined where `REGRAFT_DATA` is not set and the default is not there. */
export function flowerPhotos(): string | undefined {
  const folder = join(resolve(process.env.REGRAFT_DATA ?? '../shared/data'), 'flower_photos');
  return existsSync(folder) ? folder : undefined;
}

/** Runs work with a home of its own that shares nothing but the network's weights. */
export async function withFreshHome<T>(work: (home: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'regraft-bench-'));
  try {
    const { cp } = await import('node:fs/promises');
    const stored = join(regraftHome(), 'backbones');
    if (existsSync(stored)) await cp(stored, join(home, 'backbones'), { recursive: true });
    return await work(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
