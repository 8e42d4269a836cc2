import { resolve } from 'node:path';

/** Names runs for people: by the last folder of their paths, or by as many of the last as tell them apart. */
export function nameRuns(locations: readonly string[]): string[] {
  const paths = locations.map((location) => resolve(location).split(/[\\/]/).filter(Boolean));
  const longest = Math.max(...paths.map(({ length }) => length));
  for (let depth = 1; depth <= longest; depth++) {
    const names = paths.map((path) => path.slice(-depth).join('/'));
    if (new Set(names).size === names.length && !names.includes('')) return names;
  }
  return [...locations];
}
