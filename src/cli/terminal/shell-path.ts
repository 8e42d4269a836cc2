import { isAbsolute, relative } from 'node:path';
import { printable } from './printable.ts';

/** A path as it can be pasted into a shell: relative to the working folder where that is shorter, quoted where needed. */
export function formatShellPath(path: string, cwd: string = process.cwd()): string {
  const short = isAbsolute(path) ? relative(cwd, path) || '.' : path;
  const chosen = short.startsWith('..') || short.length > path.length ? path : short;
  return /^[\p{L}\p{N}_./:@%+,=-]+$/u.test(chosen) ? chosen : quote(printable(chosen));
}

function quote(path: string): string {
  return process.platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", `'\\''`)}'`;
}
