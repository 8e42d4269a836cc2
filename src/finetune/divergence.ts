import type { Task } from '../shared/task.ts';

const steps = 20;
const mostRise = 3;
/** Two batches differ by anything. */
const fewestSteps = 4;

/**
 * Tells whether the losses of all steps so far show that a training diverges: the last is no number, or the mean of the last 20 is above
 * three times that of the first 20, and above three times what guessing evenly costs. A short rise is none, nor is that of a start that
 * was almost perfect. From 8 to 40 steps halves of them are compared, and as fewer steps vary more, the rise must be larger, by the square root.
 */
export function hasDiverged(losses: readonly number[], classes: number, task: Task): boolean {
  if (!Number.isFinite(losses.at(-1) ?? 0)) return true;
  const compared = Math.min(steps, Math.floor(losses.length / 2));
  if (compared < fewestSteps) return false;
  // Binary cross entropies may be averaged over the classes or summed; the lower of the two is a bound for both.
  const chance = task === 'single-label' ? Math.log(classes) : Math.log(2);
  const start = Math.max(mean(losses.slice(0, compared)), chance);
  return mean(losses.slice(-compared)) > mostRise * Math.sqrt(steps / compared) * start;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
