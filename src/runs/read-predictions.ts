import { type CsvRow, readCsv } from '../dataset/csv.ts';
import { RegraftError } from '../errors.ts';
import { runFileError } from './run-file-error.ts';

/** A row of `predictions.csv`: the probabilities of the predicted and the right class stand for all. */
export interface PredictionRow {
  readonly path: string;
  readonly label: string;
  readonly predicted: string;
  readonly right: boolean;
  readonly confidence: number;
  readonly likelihood: number;
}

const leading = ['path', 'label', 'predicted', 'probability'] as const;
/** Six decimals a class are rounded: their sum may be off by half a millionth each. */
const roundingPerClass = 1e-6;

/**
 * Reads the `predictions.csv` of a run that gives each photo one class. Columns that it does not know are left alone.
 *
 * @param classes as the run's record names them
 * @throws RegraftError `RUN_INVALID` naming file and line
 */
export async function readPredictions(file: string, classes: readonly string[]): Promise<PredictionRow[]> {
  const rows: PredictionRow[] = [];
  let columns: readonly number[] | undefined;
  try {
    for await (const row of readCsv(file)) {
      if (columns === undefined) columns = findColumns(file, row, classes);
      else rows.push(parseRow(file, row, columns, classes));
    }
  } catch (error) {
    throw runFileError(file, error);
  }
  if (rows.length === 0) throw invalid(file, 1, 'expected a row for each test photo, found none.');
  return rows;
}

/** Positions of the leading columns and of the probability of each class. */
function findColumns(file: string, { line, fields }: CsvRow, classes: readonly string[]): number[] {
  return [...leading, ...classes.map((name) => `p(${name})`)].map((name) => {
    const position = fields.indexOf(name);
    if (position !== -1) return position;
    throw invalid(file, line, `expected a column ${name}, found ${fields.slice(0, 8).join(', ')}.`);
  });
}

function parseRow(
  file: string,
  { line, fields }: CsvRow,
  columns: readonly number[],
  classes: readonly string[],
): PredictionRow {
  const cells = columns.map((position) => fields[position] ?? '');
  const [path = '', label = '', predicted = '', , ...values] = cells;
  const classOf = (name: string): number => {
    const index = classes.indexOf(name);
    if (index === -1) {
      throw invalid(file, line, `expected a class of the run, found ${JSON.stringify(name)}.`);
    }
    return index;
  };
  const probabilities = values.map((value) => {
    const number = value === '' ? NaN : Number(value);
    if (number >= 0 && number <= 1) return number;
    throw invalid(file, line, `expected a probability from 0 to 1, found ${JSON.stringify(value)}.`);
  });
  const sum = probabilities.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) > roundingPerClass * (classes.length + 1)) {
    throw invalid(file, line, `expected probabilities that sum to 1, found ${sum.toFixed(6)}.`);
  }
  const confidence = probabilities[classOf(predicted)] ?? 0;
  if (confidence < Math.max(...probabilities)) {
    throw invalid(
      file,
      line,
      `expected the class of the highest probability, found ${JSON.stringify(predicted)}.`,
    );
  }
  return {
    path,
    label,
    predicted,
    right: label === predicted,
    confidence,
    likelihood: probabilities[classOf(label)] ?? 0,
  };
}

function invalid(file: string, line: number, problem: string): RegraftError {
  return new RegraftError('RUN_INVALID', `${file}, line ${line}: ${problem}`, {
    hint: 'Only runs that give each photo one class can be compared. If it is one, the file was changed: train again.',
  });
}
