import { basename, resolve } from 'node:path';

/** Names runs for people: by the last folder of their paths where that tells them apart, else by the paths as given. */
export function nameRuns(locations: readonly string[]): string[] {
  const names = locations.map((location) => basename(resolve(location)));
  return new Set(names).size === names.length && !names.includes('') ? names : [...locations];
}
