import { basename, dirname, extname } from 'node:path';
import { readPhotoRows, type PhotoRow } from './csv-rows.ts';
import type { Part } from './dataset.ts';
import type { Findings } from './findings.ts';
import type { Candidate, PhotoSource } from './photo-source.ts';

/** What a CSV is read with. */
interface CsvOptions {
  readonly findings: Findings;
  /** The only names that labels may have. */
  readonly classes?: readonly string[] | undefined;
}

/**
 * A data set listed in a CSV: `path,label[,split]`, or `path,labels[,split]` with several labels a photo; paths relative to the CSV. An
 * empty split cell leaves the part open.
 *
 * @param csv absolute path of a file that exists
 */
export function csvSource(csv: string, options: CsvOptions): PhotoSource {
  const root = dirname(csv);
  return {
    root,
    name: basename(csv, extname(csv)),
    candidates: () => readCandidates(csv, root, options),
    adviseOnNoClass: () => Promise.resolve(adviseOnNoClass(csv, options.findings)),
    adviseOnOneClass: () => Promise.resolve('Add rows with photos of another class to the CSV.'),
  };
}

/**
 * @throws RegraftError `INVALID_CSV`
 */
async function* readCandidates(
  csv: string,
  root: string,
  { findings, classes }: CsvOptions,
): AsyncGenerator<Candidate> {
  const rows = new Map<string, { line: number; part: Part | undefined }>();
  const joined = new Map<string, { first: PhotoRow; labels: Set<string> }>();
  for await (const row of readPhotoRows(csv, root, classes)) {
    if (row.column === 'labels') {
      joinRow(joined, row, findings);
      continue;
    }
    const { path, file, line, part } = row;
    const [label = ''] = row.labels;
    const key = JSON.stringify([path, label]);
    const earlier = rows.get(key);
    if (earlier === undefined) {
      rows.set(key, { line, part });
      yield { path, file, label, ...(part === undefined ? {} : { part }) };
    } else if (earlier.part === part) {
      findings.repeatedRows++;
    } else {
      throw row.otherPart(earlier.line);
    }
  }
  // Not before the end, as any row may add a label to an earlier photo.
  for (const { first, labels } of joined.values()) {
    const { path, file, part } = first;
    yield { path, file, label: '', labels: [...labels], ...(part === undefined ? {} : { part }) };
  }
}

function joinRow(
  joined: Map<string, { first: PhotoRow; labels: Set<string> }>,
  row: PhotoRow,
  findings: Findings,
): void {
  const earlier = joined.get(row.path);
  if (earlier === undefined) {
    joined.set(row.path, { first: row, labels: new Set(row.labels) });
    return;
  }
  if (earlier.first.part !== row.part) throw row.otherPart(earlier.first.line);
  const before = earlier.labels.size;
  for (const label of row.labels) earlier.labels.add(label);
  if (earlier.labels.size > before) findings.joinedRows++;
  else findings.repeatedRows++;
}

function adviseOnNoClass(csv: string, { skipped, unlabelled }: Findings): string {
  if (unlabelled > 0) {
    return `None of its ${unlabelled} photos has a label: fill in the column labels, several names separated by ";".`;
  }
  const [first] = skipped;
  if (first === undefined) return 'Add rows below the header, each with the path of a photo and its label.';
  return `None of its ${skipped.length} photos can be used, the first being ${first.path}: ${first.reason} Paths are relative to ${dirname(csv)}.`;
}
