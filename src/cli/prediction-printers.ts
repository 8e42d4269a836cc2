import stringWidth from 'string-width';
import type { Prediction } from '../prediction.ts';
import type { CommandContext } from './context.ts';
import { formatCsvRow } from '../dataset/csv.ts';
import type { ListedPhoto } from './photo-list.ts';
import type { Screen } from './terminal/screen.ts';
import { padCell } from './terminal/table.ts';
import { formatPercent } from './terminal/units.ts';

/** Prints predictions as they come. */
export interface PredictionPrinter {
  add(prediction: Prediction): void;
  end(): void;
}

/** One JSON array, when all are there. */
export function printJson(context: CommandContext): PredictionPrinter {
  const predictions: Prediction[] = [];
  return {
    add: (prediction) => void predictions.push(prediction),
    end: () => context.printJson(predictions),
  };
}

/** CSV with a header: path, label and probability (of the `top` most probable classes), error code and reason. */
export function printCsv(out: Screen, top: number): PredictionPrinter {
  const ranks = Array.from({ length: top }, (_, rank) => (rank === 0 ? '' : String(rank + 1)));
  out.text(
    formatCsvRow([
      'path',
      ...ranks.flatMap((rank) => [`label${rank}`, `probability${rank}`]),
      'error',
      'reason',
    ]),
  );
  return {
    add({ path, top: best, error }) {
      const cells = ranks.flatMap((_, rank) => {
        const guess = best[rank];
        return guess === undefined ? ['', ''] : [guess.label, String(guess.probability)];
      });
      out.text(formatCsvRow([path, ...cells, error?.code ?? '', error?.reason ?? '']));
    },
    end: () => undefined,
  };
}

/** Aligned lines for people: `photo.jpg  →  roses  97.3 %  tulips 1.8 %`. */
export function printTable(
  out: Screen,
  photos: readonly ListedPhoto[],
  labels: readonly string[],
): PredictionPrinter {
  const { colors } = out;
  const pathWidth = Math.min(60, widest(photos.map(({ path }) => path)));
  const labelWidth = widest(labels);
  return {
    add({ path, label, probability, top, error }) {
      const name = padCell(path, pathWidth);
      if (error !== undefined || label === null || probability === null) {
        out.line(
          `${name}  ${colors.yellow('✖')}  ${colors.dim(`${error?.code ?? ''}: ${error?.reason ?? ''}`)}`,
        );
        return;
      }
      const others = top.slice(1).map((guess) => `${guess.label} ${formatPercent(guess.probability)}`);
      const best = `${colors.bold(padCell(label, labelWidth))}  ${formatPercent(probability).padStart(7)}`;
      out.line(`${name}  →  ${best}${others.length > 0 ? `  ${colors.dim(others.join(', '))}` : ''}`);
    },
    end: () => undefined,
  };
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, stringWidth(text)), 0);
}
