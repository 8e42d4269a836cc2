import type { Part } from './dataset.ts';
import { isTooSmall, openParts } from './open-parts.ts';
import {
  distanceToPart,
  fillOrder,
  type PartFractions,
  partOfPosition,
  type PhotoGroup,
} from './split-position.ts';

/** The copies of one photo of a multi-label data set. */
export interface SeveralLabels extends PhotoGroup {
  /** Indices of its classes. */
  readonly labels: readonly number[];
}

/** A class that is too small for its parts has a training photo first, and then a test photo. */
const fewOrder = ['training', 'test', 'validation'] as const;

/**
 * Gives the part of each photo of a multi-label data set: the part of its u, and then fillers. Class by class, the rarest first (equally
 * rare ones in their order), a part without a photo of the class gets the one of nearest u that another part can spare: for each of the
 * photo's classes it must leave one behind, if that class wants that part. Classes that are too small want training, then test.
 *
 * @param groups distinct photos, sorted by position
 */
export function assignSeveral(
  groups: readonly SeveralLabels[],
  classes: number,
  fractions: PartFractions,
): Part[] {
  const parts = groups.map((group) => partOfPosition(group, fractions));
  const needs = listMembers(groups, classes).map((members, label) => openNeed(label, members, groups, parts));
  const order = [...needs].sort((a, b) => a.members.length - b.members.length || a.label - b.label);
  // What a class has it keeps, so this ends; a filler may free one for a class that came before.
  for (let moved = true; moved;) {
    moved = false;
    for (const need of order) {
      for (const part of need.wanted) {
        if (need.counts[part] > 0) continue;
        const index = findSpare(need, part, { groups, parts, needs, fractions });
        if (index === undefined) continue;
        move(index, part, { groups, parts, needs });
        moved = true;
      }
    }
  }
  return parts;
}

interface Need {
  readonly label: number;
  /** Indices of its photos. */
  readonly members: readonly number[];
  readonly wanted: readonly Part[];
  readonly counts: Record<Part, number>;
}

interface State {
  readonly groups: readonly SeveralLabels[];
  readonly parts: Part[];
  readonly needs: readonly Need[];
}

function listMembers(groups: readonly SeveralLabels[], classes: number): number[][] {
  const members = Array.from({ length: classes }, (): number[] => []);
  for (const [index, { labels }] of groups.entries()) {
    for (const label of labels) members[label]?.push(index);
  }
  return members;
}

function openNeed(
  label: number,
  members: readonly number[],
  groups: readonly SeveralLabels[],
  parts: readonly Part[],
): Need {
  const own = members.flatMap((index) => groups[index] ?? []);
  const counts = { training: 0, validation: 0, test: 0 };
  for (const index of members) counts[parts[index] ?? 'training']++;
  const open = openParts(own);
  const wanted = isTooSmall(own)
    ? fewOrder.filter((part) => open.has(part)).slice(0, own.length)
    : fillOrder.filter((part) => open.has(part));
  return { label, members, wanted, counts };
}

function findSpare(
  { members }: Need,
  part: Part,
  { groups, parts, needs, fractions }: State & { readonly fractions: PartFractions },
): number | undefined {
  for (const donor of fillOrder) {
    let best: number | undefined;
    let bestDistance = Infinity;
    for (const index of members) {
      const group = groups[index];
      if (group === undefined || parts[index] !== donor || !group.allowed.includes(part)) continue;
      const away = distanceToPart(group.position, part, fractions);
      if (away >= bestDistance || !canSpare(group, donor, needs)) continue;
      best = index;
      bestDistance = away;
    }
    if (best !== undefined) return best;
  }
  return undefined;
}

function canSpare({ labels }: SeveralLabels, donor: Part, needs: readonly Need[]): boolean {
  return labels.every((label) => {
    const need = needs[label];
    return need === undefined || need.counts[donor] > 1 || !need.wanted.includes(donor);
  });
}

function move(index: number, part: Part, { groups, parts, needs }: State): void {
  const from = parts[index] ?? 'training';
  for (const label of groups[index]?.labels ?? []) {
    const counts = needs[label]?.counts;
    if (counts === undefined) continue;
    counts[from]--;
    counts[part]++;
  }
  parts[index] = part;
}
