import type { RightExample } from '../report/report-options.ts';

/** Photos that were named right, for comparison. */
const mostExamples = 6;

/** Chooses test photos to show that were named right: of each class the one with the highest probability, in the order of the classes. */
export function chooseExamples(
  classes: readonly string[],
  right: Iterable<RightExample>,
): readonly RightExample[] {
  const best = new Map<string, RightExample>();
  for (const example of right) {
    if (example.probability > (best.get(example.label)?.probability ?? 0)) best.set(example.label, example);
  }
  return classes.flatMap((name) => best.get(name) ?? []).slice(0, mostExamples);
}
