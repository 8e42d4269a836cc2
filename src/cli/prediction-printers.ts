import stringWidth from 'string-width';
import type { Prediction } from '../prediction.ts';
import type { CommandContext } from './context.ts';
import { formatCsvRow } from '../dataset/csv.ts';
import type { Screen } from './terminal/screen.ts';
import { printable } from './terminal/printable.ts';
import { padCell } from './terminal/table.ts';
import { formatPercent } from './terminal/units.ts';

/** Prints predictions as they come. */
export interface PredictionPrinter {
  add(prediction: Prediction): void;
  end(): void;
}

/** One JSON array, item by item. */
export function printJson(context: CommandContext): PredictionPrinter {
  const list = context.printJsonList();
  return { add: (prediction) => list.add(prediction), end: () => list.end() };
}

/** One JSON object a line, each written as soon as it is there. */
export function printJsonLines(out: Screen): PredictionPrinter {
  return { add: (prediction) => out.text(`${JSON.stringify(prediction)}\n`), end: () => undefined };
}

/**
 * CSV with a header: path, label and probability (of the `top` most probable classes), error code and reason; and of a model that tells
 * unknown photos, `unknown` (true or false) and the score.
 */
export function printCsv(out: Screen, top: number, tellsUnknown = false): PredictionPrinter {
  const ranks = rankColumns(top);
  const last = tellsUnknown ? ['unknown', 'unknownScore'] : [];
  out.text(formatCsvRow(['path', ...ranks.names, 'error', 'reason', ...last]));
  return {
    add(prediction) {
      const { path, error, unknown } = prediction;
      const verdict = unknown === undefined ? ['', ''] : [String(unknown.isUnknown), String(unknown.score)];
      out.text(
        formatCsvRow([
          path,
          ...ranks.cells(prediction),
          error?.code ?? '',
          error?.reason ?? '',
          ...(tellsUnknown ? verdict : []),
        ]),
      );
    },
    end: () => undefined,
  };
}

/** The columns of the `top` most probable classes: label, probability, label2, probability2, … */
export function rankColumns(top: number): {
  readonly names: readonly string[];
  readonly cells: (prediction: Prediction) => readonly string[];
} {
  const ranks = Array.from({ length: top }, (_, rank) => (rank === 0 ? '' : String(rank + 1)));
  return {
    names: ranks.flatMap((rank) => [`label${rank}`, `probability${rank}`]),
    cells: ({ top: best }) =>
      ranks.flatMap((_, rank) => {
        const guess = best[rank];
        return guess === undefined ? ['', ''] : [guess.label, String(guess.probability)];
      }),
  };
}

/** ImageNet's names are as long as sentences. */
const mostLabelColumns = 30;

/**
 * Aligned lines for people: `photo.jpg  →  roses  97.3 %  tulips 1.8 %`, or `photo.jpg  →  unknown  (nearest: roses 41.0 %)`.
 *
 * @param widest - Columns of the widest path.
 */
export function printTable(out: Screen, widest: number, labels: readonly string[]): PredictionPrinter {
  const { colors } = out;
  // On a terminal a row keeps to one line: the path gives way first, then the runner-up.
  const room = out.live ? out.columns() : Infinity;
  const labelWidth = Math.min(
    mostLabelColumns,
    Math.max(0, ...labels.map((label) => stringWidth(printable(label)))),
  );
  const pathWidth = Math.min(60, widest, Math.max(16, room - labelWidth - '  →    100.0 %'.length - 1));
  return {
    add({ path, label, probability, top, unknown, error }) {
      const name = padCell(out.live ? shortenPath(printable(path), pathWidth) : printable(path), pathWidth);
      if (error !== undefined || label === null || probability === null) {
        out.line(
          `${name}  ${colors.yellow('✖')}  ${colors.dim(`${error?.code ?? ''}: ${printable(error?.reason ?? '')}`)}`,
        );
        return;
      }
      if (unknown?.isUnknown === true) {
        const nearest = `(nearest: ${printable(label)} ${formatPercent(probability)})`;
        out.line(`${name}  →  ${colors.yellow('unknown')}  ${colors.dim(nearest)}`);
        return;
      }
      const others = top
        .slice(1)
        .map((guess) => `${printable(guess.label)} ${formatPercent(guess.probability)}`);
      const best = `${colors.bold(padCell(printable(label), labelWidth))}  ${formatPercent(probability).padStart(7)}`;
      const row = `${name}  →  ${best}`;
      while (others.length > 0 && stringWidth(row) + 2 + stringWidth(others.join(', ')) > room) others.pop();
      out.line(others.length > 0 ? `${row}  ${colors.dim(others.join(', '))}` : row);
    },
    end: () => undefined,
  };
}

/** Cuts the beginning of a path, as its end tells photos apart. */
export function shortenPath(path: string, width: number): string {
  if (stringWidth(path) <= width) return path;
  const letters = [...new Intl.Segmenter().segment(path)].map(({ segment }) => segment);
  while (stringWidth(letters.join('')) > width - 1) letters.shift();
  return `…${letters.join('')}`;
}
