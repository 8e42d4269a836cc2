import type { Part } from './dataset.ts';
import { isTooSmall } from './open-parts.ts';
import {
  distanceToPart,
  fillOrder,
  type PartFractions,
  partOfPosition,
  type PhotoGroup,
} from './split-position.ts';

/**
 * Gives the part of each photo of one class: u < validation → validation, < validation + test → test, else training. A part
 * that stays empty gets the movable photo of nearest u from training, or from another part that can spare one. Classes that
 * are too small fill training, then test.
 *
 * @param groups distinct photos of the class, sorted by position
 */
export function assignClass(groups: readonly PhotoGroup[], fractions: PartFractions): Part[] {
  if (isTooSmall(groups)) return assignFew(groups, fractions);
  const parts = groups.map((group) => partOfPosition(group, fractions));
  for (const part of fillOrder) {
    if (!parts.includes(part)) fill(part, parts, groups, fractions);
  }
  return parts;
}

function fill(part: Part, parts: Part[], groups: readonly PhotoGroup[], fractions: PartFractions): void {
  for (const donor of fillOrder) {
    if (parts.filter((name) => name === donor).length < 2) continue;
    let best: number | undefined;
    let bestDistance = Infinity;
    for (const [index, { position, allowed }] of groups.entries()) {
      if (parts[index] !== donor || !allowed.includes(part)) continue;
      const away = distanceToPart(position, part, fractions);
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
  return group === undefined ? Infinity : distanceToPart(group.position, 'test', fractions);
}
