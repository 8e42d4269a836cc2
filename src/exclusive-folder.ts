import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoCode, makeFolder, writeError } from './atomic-file.ts';
import { cancelledError, RegraftError, throwIfCancelled } from './errors.ts';
import type { OnProgress, Stage } from './shared/progress.ts';

const temporaryPrefix = '.regraft-';
/** A lock whose holder has not refreshed it for this long belongs to a process that was killed. */
const staleMs = 10_000;
const pollMs = 200;
const removedTries = 10;

/** Options of {@link withExclusiveFolder}. */
export interface ExclusiveOptions {
  onProgress?: OnProgress | undefined;
  /** The stage whose notice tells of the waiting. @default 'download' */
  stage?: Stage | undefined;
  signal?: AbortSignal | undefined;
  /** How long to wait for another process. @default 30 minutes */
  waitMs?: number | undefined;
}

/**
 * Runs `work` as the only process (and the only call in this process) that puts files into a folder, with an empty temporary
 * folder inside it: on the same disk, so a rename out of it is atomic. What killed processes left behind is removed first.
 *
 * @throws RegraftError `STORE_BUSY`, `CANCELLED`, `NOT_WRITABLE` or `OUT_OF_DISK`.
 */
export async function withExclusiveFolder<T>(
  folder: string,
  options: ExclusiveOptions,
  work: (temporary: string) => Promise<T>,
): Promise<T> {
  const release = await acquire(folder, options);
  try {
    await removeLeftovers(folder);
    const temporary = await mkdtemp(join(folder, temporaryPrefix)).catch((error: unknown) => {
      throw writeError(folder, error);
    });
    try {
      return await work(temporary);
    } finally {
      await removeTree(temporary);
    }
  } finally {
    await release();
  }
}

async function acquire(folder: string, options: ExclusiveOptions): Promise<() => Promise<void>> {
  // Imported here because loading it installs signal listeners, which nobody needs who downloads nothing.
  const { lock } = await import('proper-lockfile');
  const waitMs = options.waitMs ?? 30 * 60_000;
  const start = performance.now();
  let told = false;
  for (let tries = 0; ; tries++) {
    throwIfCancelled(options.signal);
    try {
      await makeFolder(folder);
      const release = await lock(folder, {
        lockfilePath: join(folder, '.lock'),
        stale: staleMs,
        // A machine that slept may lose its lock. Nothing breaks: files enter by rename, and whole.
        onCompromised: () => undefined,
      });
      return () => release().catch(() => undefined);
    } catch (error) {
      // A process that only checks whether the folder can be written removes it when it is empty.
      if (['ENOENT', 'EEXIST'].includes(errnoCode(error) ?? '') && tries < removedTries) continue;
      if (errnoCode(error) !== 'ELOCKED') throw writeError(folder, error);
    }
    if (!told) {
      told = true;
      const text = `Another process is writing into ${folder}. Waiting for it.`;
      options.onProgress?.({ type: 'notice', stage: options.stage ?? 'download', text });
    }
    if (performance.now() - start > waitMs) {
      throw new RegraftError(
        'STORE_BUSY',
        `Another process has been busy in ${folder} for ${formatWait(waitMs)}.`,
        {
          hint: 'Wait until it is done, or end it, and run the same command again.',
        },
      );
    }
    await sleep(pollMs, undefined, { ...(options.signal ? { signal: options.signal } : {}) }).catch(() => {
      throw cancelledError();
    });
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(
    names.filter((name) => name.startsWith(temporaryPrefix)).map((name) => removeTree(join(folder, name))),
  );
}

/** Never throws: what cannot be removed now is removed before the next download. */
async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }).catch(() => undefined);
}

function formatWait(waitMs: number): string {
  return waitMs < 60_000 ? `${Math.round(waitMs / 1000)} s` : `${Math.round(waitMs / 60_000)} minutes`;
}
