import { posix } from 'node:path';

// The last is no key that JSON readers keep, so the lock file could not record such a file.
const forbiddenParts = ['', '.', '..', '__proto__'];

/**
 * Whether a path names a file below the folder that it is counted from, on every system: relative, `/` between folders, no `..`, no
 * drive, no backslash, no control character.
 */
export function isInnerPath(path: string): boolean {
  return (
    path !== '' &&
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    !/[\\:\u0000-\u001f]/.test(path) &&
    path.split('/').every((part) => !forbiddenParts.includes(part))
  );
}

/** Joins a folder, `.` or an inner path, and a path below it. */
export function joinInner(folder: string, path: string): string {
  return posix.join(folder, path);
}
