import type { Part } from './dataset.ts';
import type { PhotoGroup } from './split-position.ts';

/** The parts that a class must still fill: those that its photos of no known part may have. */
export function openParts(groups: readonly PhotoGroup[]): Set<Part> {
  return new Set(groups.filter(({ allowed }) => allowed.length > 1).flatMap(({ allowed }) => allowed));
}

/** Tells whether a class has fewer photos than parts to fill; one whose parts are all known never has. */
export function isTooSmall(groups: readonly PhotoGroup[]): boolean {
  const open = openParts(groups);
  return groups.filter(({ allowed }) => allowed.some((part) => open.has(part))).length < open.size;
}
