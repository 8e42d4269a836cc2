// Keeps the file system's functions as they are when it is first loaded, so that must not be on a full disk.
import 'proper-lockfile';
import callbackFs from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join, sep } from 'node:path';

/** A disk that is full for a while. */
export interface FullDisk {
  /** Names of the writing calls so far, the one that failed included. */
  readonly calls: readonly string[];
  /** Frees the disk. */
  restore(): void;
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Makes the `nth` call that writes below a folder fail with ENOSPC, and all later ones too, as on a disk that is full; deleting still works.
 * Data that was to be written whole is written by half.
 */
export async function fillDisk(folder: string, nth: number): Promise<FullDisk> {
  const prototype = await handlePrototype(folder);
  const calls: string[] = [];
  const restores: (() => void)[] = [];
  const isFull = (name: string, path: unknown): boolean => {
    if (typeof path !== 'string' || !(path === folder || path.startsWith(folder + sep))) return false;
    calls.push(name);
    return calls.length >= nth;
  };
  const replace = (target: object, name: string, wrap: (original: AnyFunction) => AnyFunction): void => {
    const holder = target as Record<string, AnyFunction>;
    const original = holder[name];
    if (original === undefined) throw new Error(`there is no ${name} to replace`);
    holder[name] = wrap(original);
    restores.push(() => (holder[name] = original));
  };
  const opened = new WeakMap<object, string>();

  for (const name of ['mkdir', 'mkdtemp'] as const) {
    replace(
      fs,
      name,
      (original) =>
        async function (...args) {
          if (isFull(name, args[0])) throw noSpace(name);
          return await original.apply(this, args);
        },
    );
  }
  for (const name of ['link', 'copyFile'] as const) {
    replace(
      fs,
      name,
      (original) =>
        async function (...args) {
          if (isFull(name, args[1])) throw noSpace(name);
          return await original.apply(this, args);
        },
    );
  }
  replace(
    fs,
    'rename',
    (original) =>
      async function (...args) {
        // Only once: to rename a file back onto an older one takes no space.
        if (isFull('rename', args[1]) && calls.length === nth) throw noSpace('rename');
        return await original.apply(this, args);
      },
  );
  replace(
    fs,
    'writeFile',
    (original) =>
      async function (...args) {
        if (!isFull('writeFile', args[0])) return original.apply(this, args);
        await original.call(this, args[0], halfOf(args[1]));
        throw noSpace('write');
      },
  );
  replace(
    fs,
    'open',
    (original) =>
      async function (...args) {
        const writes = typeof args[1] === 'string' && args[1] !== 'r';
        if (writes && isFull('open', args[0])) throw noSpace('open');
        const handle = (await original.apply(this, args)) as object;
        if (writes) opened.set(handle, args[0] as string);
        return handle;
      },
  );
  // proper-lockfile and streams use the callback functions.
  replace(
    callbackFs,
    'mkdir',
    (original) =>
      function (...args) {
        if (!isFull('mkdir', args[0])) return original.apply(this, args);
        process.nextTick(args.at(-1) as AnyFunction, noSpace('mkdir'));
        return undefined;
      },
  );
  const streams = new Map<number, string>();
  replace(
    callbackFs,
    'open',
    (original) =>
      function (...args) {
        const callback = args.at(-1) as (error: Error | null, descriptor?: number) => void;
        if (typeof args[1] !== 'string' || args[1] === 'r') return original.apply(this, args);
        if (isFull('open', args[0])) {
          process.nextTick(callback, noSpace('open'));
          return undefined;
        }
        return original.call(this, ...args.slice(0, -1), (error: Error | null, descriptor?: number) => {
          if (descriptor !== undefined) streams.set(descriptor, String(args[0]));
          callback(error, descriptor);
        });
      },
  );
  for (const name of ['write', 'writev', 'fsync'] as const) {
    replace(
      callbackFs,
      name,
      (original) =>
        function (...args) {
          if (!isFull(name, streams.get(args[0] as number))) return original.apply(this, args);
          process.nextTick(args.at(-1) as AnyFunction, noSpace(name));
          return undefined;
        },
    );
  }
  for (const name of ['write', 'writeFile', 'sync'] as const) {
    replace(
      prototype,
      name,
      (original) =>
        async function (...args) {
          if (!isFull(`handle.${name}`, opened.get(this as object))) return original.apply(this, args);
          if (name === 'writeFile') await original.call(this, halfOf(args[0]));
          throw noSpace(name);
        },
    );
  }
  syncBuiltinESMExports();
  return {
    calls,
    restore() {
      for (const restore of restores.reverse()) restore();
      syncBuiltinESMExports();
    },
  };
}

async function handlePrototype(folder: string): Promise<object> {
  const path = join(folder, '.probe');
  const handle: FileHandle = await fs.open(path, 'w');
  await handle.close();
  await fs.rm(path);
  return Object.getPrototypeOf(handle) as object;
}

function halfOf(data: unknown): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : (data as Uint8Array);
  return bytes.subarray(0, bytes.length / 2);
}

function noSpace(syscall: string): Error {
  return Object.assign(new Error(`ENOSPC: no space left on device, ${syscall}`), {
    code: 'ENOSPC',
    errno: -28,
    syscall,
  });
}

/**
 * Source of a module for `--import` that makes every photo take longer to read, so that a run can be stopped half-way on any machine; it
 * counts the photos on stderr.
 */
export function slowReads(suffix: string, delayMs: number): string {
  return `
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    const readFile = fs.readFile;
    let count = 0;
    fs.readFile = async (path, ...rest) => {
      if (!String(path).endsWith(${JSON.stringify(suffix)})) return readFile(path, ...rest);
      process.stderr.write('[photo ' + ++count + ']\\n');
      await new Promise((resolve) => setTimeout(resolve, ${delayMs}));
      return readFile(path, ...rest);
    };
    syncBuiltinESMExports();`;
}
