import type { ProgressEvent, Stage } from '../../shared/progress.ts';
import { formatBytes, formatPercent, formatTimeLeft } from './units.ts';

/** How far a stage is. */
export type Progress = Extract<ProgressEvent, { type: 'progress' }>;

/** What is shown for a stage that reports progress without having been announced. */
export const stageTitles: Readonly<Record<Stage, string>> = {
  download: 'Downloading',
  backbone: 'Loading the network',
  scan: 'Reading photos',
  split: 'Splitting',
  features: 'Computing features',
  head: 'Training the head',
  tune: 'Fine-tuning',
  evaluate: 'Classifying photos',
  save: 'Saving',
  repeat: 'Training',
  export: 'Exporting',
};

/**
 * The parts of a progress line, most important first: `612 of 1000 photos`, `61 a second`, `6 s left`, or of a fine-tuning `75 of 200 steps`,
 * `4 min 10 s left`, `loss 0.532`, `validation 93.1 %`.
 */
export function describeProgress(progress: Progress): string[] {
  const { done, total, unit, rate, etaMs, loss, validationAccuracy } = progress;
  const parts = [describeDone(done, total, unit)];
  if (rate !== undefined && rate > 0) parts.push(describeRate(rate, unit));
  if (etaMs !== undefined && Number.isFinite(etaMs) && etaMs > 0) parts.push(`${formatTimeLeft(etaMs)} left`);
  if (loss !== undefined) parts.push(`loss ${loss.toFixed(3)}`);
  if (validationAccuracy !== undefined) parts.push(`validation ${formatPercent(validationAccuracy)}`);
  return parts;
}

function describeDone(done: number, total: number | undefined, unit: Progress['unit']): string {
  if (unit === 'bytes') {
    return total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`;
  }
  return total === undefined ? `${done} ${unit}` : `${done} of ${total} ${unit}`;
}

function describeRate(rate: number, unit: Progress['unit']): string {
  if (unit === 'bytes') return `${formatBytes(Math.round(rate))} a second`;
  return `${rate < 9.95 ? rate.toFixed(1) : Math.round(rate)} a second`;
}
