import { resolve } from 'node:path';

/** Names runs for people: by the last folder of their paths, or by as many of the last as tell them apart; the folder of a seed never alone. */
export function nameRuns(locations: readonly string[]): string[] {
  const paths = locations.map((location) => resolve(location).split(/[\\/]/).filter(Boolean));
  const longest = Math.max(...paths.map(({ length }) => length));
  const shortest = paths.some((path) => /^seed-\d+$/.test(path.at(-1) ?? '')) ? 2 : 1;
  for (let depth = shortest; depth <= longest; depth++) {
    const names = paths.map((path) => path.slice(-depth).join('/'));
    if (new Set(names).size === names.length && !names.includes('')) return names;
  }
  return [...locations];
}
