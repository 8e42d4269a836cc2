import type { SkippedPhoto } from '../../dataset/dataset.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { countOf } from './units.ts';

const shown = 5;

/** The first photos that were left out, each with its reason, and how many more there are. */
export function formatSkipped(
  skipped: readonly SkippedPhoto[],
  { colors }: Screen,
  seeRest: string,
): string[] {
  if (skipped.length === 0) return [];
  const lines = [`${colors.yellow(countOf(skipped.length, 'file'))} left out:`];
  for (const { path, code, reason } of skipped.slice(0, shown)) {
    lines.push(`  ${printable(path)}  ${colors.dim(`${code}: ${printable(reason)}`)}`);
  }
  if (skipped.length > shown) lines.push(colors.dim(`  and ${skipped.length - shown} more: ${seeRest}`));
  return lines;
}
