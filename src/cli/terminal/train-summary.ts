import { join } from 'node:path';
import type { RunRecord } from '../../model/run-record.ts';
import { formatLabelMetrics } from './label-metrics-block.ts';
import { formatMetrics } from './metrics-block.ts';
import { formatTrainedRejection } from './rejection-block.ts';
import type { Screen } from './screen.ts';
import { formatShellPath } from './shell-path.ts';
import { formatSkipped } from './skipped-block.ts';
import { formatBytes, formatDuration } from './units.ts';

/** What `regraft train` prints at its end: how good the model is, where it is, what to do next. */
export function formatTrainSummary(run: RunRecord, folder: string, screen: Screen): string[] {
  const { colors } = screen;
  const skipped = formatSkipped(run.skipped, screen, 'see the report');
  const isClassifier = run.backbone.form !== null;
  const model = isClassifier
    ? join(folder, 'model.onnx')
    : join(folder, run.model.path.split(/[\\/]/).at(-1) ?? 'model.onnx');
  const lines = [
    '',
    ...(run.metrics.multiLabel === undefined
      ? formatMetrics(run.metrics.test, run.dataset.classes, screen, 'held out')
      : formatLabelMetrics(run.metrics.test, run.metrics.multiLabel, screen, 'held out')),
    ...formatGain(run),
    ...formatTrainedRejection(run),
    ...(skipped.length > 0 ? ['', ...skipped] : []),
    '',
    `Model   ${formatShellPath(model)}  ${colors.dim(formatBytes(run.model.bytes))}`,
    `Report  ${formatShellPath(join(folder, 'report.html'))}`,
    colors.dim(`Done in ${formatDuration(run.timings.totalMs)}.`),
  ];
  if (isClassifier) {
    lines.push('', `Next: ${colors.cyan(`regraft predict ${formatShellPath(folder)} photo.jpg`)}`);
  }
  // The classic's last line, for those who compare with it.
  if (run.head.type === 'retrain') {
    lines.push('', `Final test accuracy = ${(run.metrics.test.accuracy * 100).toFixed(1)}%`);
  }
  return lines;
}

/** What fine-tuning gained over the head on the network as it was. */
function formatGain({ fineTuning, metrics: { test, multiLabel } }: RunRecord): string[] {
  if (fineTuning === undefined) return [];
  const { frozen, fromScratch } = fineTuning;
  const percent = (value: number | null): string =>
    value === null ? 'not known' : `${(value * 100).toFixed(1)} %`;
  const other = fromScratch ? 'With what the network had learned before, frozen' : 'The frozen network alone';
  if (multiLabel !== undefined) return [`${other}: mAP ${percent(frozen.meanAveragePrecision)}`];
  const { onlyTuned = 0, onlyFrozen = 0 } = frozen.comparison ?? {};
  const counts = `right only with this model: ${onlyTuned}, only with that: ${onlyFrozen} of ${test.count}`;
  return [`${other}: ${percent(frozen.accuracy)} (${counts})`];
}
