import { listSome } from '../dataset/findings.ts';
import { nearestName } from '../dataset/nearest-name.ts';
import { RegraftError } from '../errors.ts';
import type { ClassMerge, ClassRename, ResolvedChanges } from './options.ts';

/** What each class is called afterwards; null: it is removed. */
export type ClassPlan = ReadonlyMap<string, string | null>;

/**
 * Works out what becomes of each class: removed, then merged in the order given, then renamed all at once.
 *
 * @throws RegraftError `INVALID_OPTION` for a class that is not there, a class merged into itself, and two classes of one name
 */
export function planClasses(
  classes: readonly string[],
  { remove, merge, rename }: Pick<ResolvedChanges, 'remove' | 'merge' | 'rename'>,
): ClassPlan {
  const plan = new Map<string, string | null>(classes.map((name) => [name, name]));
  const present = (): string[] => [...new Set([...plan.values()].flatMap((name) => name ?? []))];
  for (const name of remove) {
    checkPresent(name, present(), 'remove');
    replace(plan, (now) => (now === name ? null : now));
  }
  for (const { from, into } of merge) {
    for (const name of from) checkPresent(name, present(), 'merge');
    checkMerge({ from, into }, present());
    replace(plan, (now) => (now !== null && from.includes(now) ? into : now));
  }
  checkRenames(rename, present());
  const names = new Map(rename.map(({ from, to }) => [from, to]));
  replace(plan, (now) => (now === null ? null : (names.get(now) ?? now)));
  return plan;
}

function replace(plan: Map<string, string | null>, change: (now: string | null) => string | null): void {
  for (const [name, now] of plan) plan.set(name, change(now));
}

function checkPresent(name: string, present: readonly string[], change: string): void {
  if (present.includes(name)) return;
  const nearest = nearestName(name, present);
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected a class to ${change} but received ${JSON.stringify(name)}, which is none of the model's.`,
    {
      hint:
        nearest === undefined
          ? `The classes are ${listSome(present, 20)}.`
          : `Did you mean ${JSON.stringify(nearest)}?`,
    },
  );
}

function checkMerge({ from, into }: ClassMerge, present: readonly string[]): void {
  const others = new Set(from.filter((name) => name !== into));
  const [only = ''] = others;
  if (others.size === 0) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected classes to merge into ${JSON.stringify(into)} but received itself alone.`,
      { hint: 'Name another class: --merge first,second=both' },
    );
  }
  if (others.size > 1 || from.includes(into) || present.includes(into)) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected several classes to merge into ${JSON.stringify(into)} but received ${JSON.stringify(only)} alone.`,
    { hint: `To give it another name: --rename ${only}=${into}` },
  );
}

function checkRenames(rename: readonly ClassRename[], present: readonly string[]): void {
  const left = new Set(present);
  for (const { from, to } of rename) {
    checkPresent(from, present, 'rename');
    if (from === to) {
      throw new RegraftError(
        'INVALID_OPTION',
        `Expected another name for ${JSON.stringify(from)} but received the same.`,
        {
          hint: 'For example: --rename rose=roses',
        },
      );
    }
    if (!left.delete(from)) {
      throw new RegraftError(
        'INVALID_OPTION',
        `Expected one new name for ${JSON.stringify(from)} but received two.`,
        {
          hint: 'Leave one of them out.',
        },
      );
    }
  }
  for (const { from, to } of rename) {
    if (!left.has(to)) {
      left.add(to);
      continue;
    }
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected a new name for ${JSON.stringify(from)} but received ${JSON.stringify(to)}, which another class has.`,
      { hint: `To make one class of them: --merge ${from},${to}=${to}` },
    );
  }
}
