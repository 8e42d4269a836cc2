import { formatCsvRow } from '../dataset/csv.ts';
import { formatLabelCell } from '../dataset/label-cells.ts';
import type { ScoredLabel } from '../prediction.ts';
import { type PredictionPrinter, rankColumns, shortenPath } from './prediction-printers.ts';
import { printable } from './terminal/printable.ts';
import type { Screen } from './terminal/screen.ts';
import { padCell } from './terminal/table.ts';
import { formatPercent } from './terminal/units.ts';

/**
 * CSV of a multi-label model with a header: path, all labels in one cell, their probabilities in another, label and probability of the
 * `top` most probable classes, error code and reason.
 */
export function printLabelCsv(out: Screen, classes: readonly string[], top: number): PredictionPrinter {
  const ranks = rankColumns(top);
  out.text(formatCsvRow(['path', 'labels', 'probabilities', ...ranks.names, 'error', 'reason']));
  return {
    add(prediction) {
      const { path, labels = [], error } = prediction;
      const join = (cells: readonly string[]): string => formatLabelCell(cells, classes);
      out.text(
        formatCsvRow([
          path,
          join(labels.map(({ label }) => label)),
          join(labels.map(({ probability }) => String(probability))),
          ...ranks.cells(prediction),
          error?.code ?? '',
          error?.reason ?? '',
        ]),
      );
    },
    end: () => undefined,
  };
}

/** Aligned lines for people: `photo.jpg  →  roses 97.3 %, garden 88.1 %`; of a photo without labels the nearest class. The widest path has `widest` columns. */
export function printLabels(out: Screen, widest: number): PredictionPrinter {
  const { colors } = out;
  const room = out.live ? out.columns() : Infinity;
  const pathWidth = Math.min(60, widest, Math.max(16, Math.floor(room / 2)));
  return {
    add({ path, top, labels = [], error }) {
      const name = padCell(out.live ? shortenPath(printable(path), pathWidth) : printable(path), pathWidth);
      if (error !== undefined) {
        out.line(
          `${name}  ${colors.yellow('✖')}  ${colors.dim(`${error.code}: ${printable(error.reason)}`)}`,
        );
        return;
      }
      const shown = new Set(labels.map(({ label }) => label));
      const others = top.filter(({ label }) => !shown.has(label));
      const best =
        labels.length === 0
          ? 'no label'
          : labels
              .map((one) => `${colors.bold(printable(one.label))} ${formatPercent(one.probability)}`)
              .join(', ');
      const word = labels.length === 0 ? 'nearest:' : 'not';
      const rest = others.length === 0 ? '' : `  ${colors.dim(`${word} ${others.map(describe).join(', ')}`)}`;
      out.line(`${name}  →  ${best}${rest}`);
    },
    end: () => undefined,
  };
}

function describe({ label, probability }: ScoredLabel): string {
  return `${printable(label)} ${formatPercent(probability)}`;
}
