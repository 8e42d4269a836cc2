import type { Part } from './dataset.ts';

/** The copies of one photo, which always share a part. */
export interface PhotoGroup {
  readonly sha256: string;
  /** u in [0, 1). */
  readonly position: number;
  /** The parts it may have; one only if it is known already. */
  readonly allowed: readonly Part[];
}

/** Fractions of the photos for validation and test. */
export interface PartFractions {
  readonly validation: number;
  readonly test: number;
}

/** In this order, since validation and test are filled up from training. */
const fillOrder = ['training', 'validation', 'test'] as const;

/**
 * Gives the part of each photo of one class: u < validation → validation, < validation + test → test, else training. A part
 * that stays empty gets the movable photo of nearest u from training, or from another part that can spare one. Classes that
 * are too small fill training, then test.
 *
 * @param groups distinct photos of the class, sorted by position
 */
export function assignClass(groups: readonly PhotoGroup[], fractions: PartFractions): Part[] {
  if (isTooSmall(groups)) return assignFew(groups, fractions);
  const parts = groups.map((group) => assignByPosition(group, fractions));
  for (const part of fillOrder) {
    if (!parts.includes(part)) fill(part, parts, groups, fractions);
  }
  return parts;
}

/** Tells whether a class has fewer photos than parts to fill; one whose parts are all known never has. */
export function isTooSmall(groups: readonly PhotoGroup[]): boolean {
  const open = new Set(groups.filter(({ allowed }) => allowed.length > 1).flatMap(({ allowed }) => allowed));
  return groups.filter(({ allowed }) => allowed.some((part) => open.has(part))).length < open.size;
}

function assignByPosition({ position, allowed }: PhotoGroup, fractions: PartFractions): Part {
  const [only] = allowed;
  if (allowed.length === 1 && only !== undefined) return only;
  const part = fillOrder.find((name) => distance(position, name, fractions) === 0) ?? 'training';
  return allowed.includes(part) ? part : 'training';
}

function fill(part: Part, parts: Part[], groups: readonly PhotoGroup[], fractions: PartFractions): void {
  for (const donor of fillOrder) {
    if (parts.filter((name) => name === donor).length < 2) continue;
    let best: number | undefined;
    let bestDistance = Infinity;
    for (const [index, { position, allowed }] of groups.entries()) {
      if (parts[index] !== donor || !allowed.includes(part)) continue;
      const away = distance(position, part, fractions);
      if (away >= bestDistance) continue;
      best = index;
      bestDistance = away;
    }
    if (best === undefined) continue;
    parts[best] = part;
    return;
  }
}

function assignFew(groups: readonly PhotoGroup[], fractions: PartFractions): Part[] {
  const parts = groups.map(({ allowed }) => (allowed.length === 1 ? allowed[0] : undefined));
  const farthestFromTest = [...groups.keys()].sort(
    (a, b) => testDistance(groups[b], fractions) - testDistance(groups[a], fractions),
  );
  for (const index of farthestFromTest) {
    const mayTest = groups[index]?.allowed.includes('test') === true;
    parts[index] ??= parts.includes('training') && mayTest ? 'test' : 'training';
  }
  return parts.map((part) => part ?? 'training');
}

function testDistance(group: PhotoGroup | undefined, fractions: PartFractions): number {
  return group === undefined ? Infinity : distance(group.position, 'test', fractions);
}

/** How far u lies from the interval of a part; 0 inside. */
function distance(position: number, part: Part, { validation, test }: PartFractions): number {
  const intervals = {
    validation: [0, validation],
    test: [validation, validation + test],
    training: [validation + test, 1],
  } as const;
  const [low, high] = intervals[part];
  if (position < low) return low - position;
  // At the upper bound itself u already belongs to the next part.
  return position < high ? 0 : Math.max(position - high, Number.MIN_VALUE);
}
