import { access } from 'node:fs/promises';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { readTable, type TableRow } from './csv-table.ts';
import type { Part } from './dataset.ts';
import type { Findings } from './findings.ts';
import { partFromName, partNameList } from './part-name.ts';
import type { Candidate, PhotoSource } from './photo-source.ts';

type Column = 'path' | 'label' | 'split';

/**
 * A data set listed in a CSV: `path,label[,split]`, paths relative to the CSV, labels kept as written. An empty split cell
 * leaves the part open.
 *
 * @param csv absolute path of a file that exists
 */
export function csvSource(csv: string, findings: Findings): PhotoSource {
  const root = dirname(csv);
  return {
    root,
    name: basename(csv, extname(csv)),
    candidates: () => readCandidates(csv, root, findings),
    adviseOnNoClass: () => Promise.resolve(adviseOnNoClass(csv, findings)),
    adviseOnOneClass: () => Promise.resolve('Add rows with photos of another class to the CSV.'),
  };
}

/**
 * @throws RegraftError `INVALID_CSV`
 */
async function* readCandidates(csv: string, root: string, findings: Findings): AsyncGenerator<Candidate> {
  const rows = new Map<string, { line: number; part: Part | undefined }>();
  const layout = {
    columns: ['path', 'label', 'split'],
    required: [['path'], ['label']],
    code: 'INVALID_CSV',
  } as const;
  for await (const row of readTable<Column>(csv, layout)) {
    const file = resolve(root, await readPath(row, root));
    const label = readLabel(row);
    const part = readPart(row);
    const path = relative(root, file).split(sep).join('/');
    const key = JSON.stringify([path, label]);
    const earlier = rows.get(key);
    if (earlier === undefined) {
      rows.set(key, { line: row.line, part });
      yield { path, file, label, ...(part === undefined ? {} : { part }) };
    } else if (earlier.part === part) {
      findings.repeatedRows++;
    } else {
      throw row.error(
        'split',
        `${path} is "${row.cell('split') ?? ''}" here, but line ${earlier.line} puts it into another part.`,
        'Remove one of the two rows.',
      );
    }
  }
}

async function readPath(row: TableRow<Column>, root: string): Promise<string> {
  const path = row.cell('path') ?? '';
  if (path.trim() === '' || path.includes('\0')) {
    throw row.error(
      'path',
      `expected the path of a photo, found ${JSON.stringify(path)}.`,
      'Fill in the path or remove the row.',
    );
  }
  if (sep === '\\' || !path.includes('\\')) return path;
  // A list that was made on Windows; here a backslash may also be part of a name.
  const written = await access(resolve(root, path)).then(
    () => true,
    () => false,
  );
  return written ? path : path.replaceAll('\\', '/');
}

function readLabel(row: TableRow<Column>): string {
  const label = row.cell('label') ?? '';
  if (label.trim() !== '') return label;
  throw row.error(
    'label',
    'expected the name of a class, found an empty cell.',
    'Fill in the label or remove the row.',
  );
}

function readPart(row: TableRow<Column>): Part | undefined {
  const cell = row.cell('split') ?? '';
  if (cell.trim() === '') return undefined;
  const part = partFromName(cell);
  if (part !== undefined) return part;
  throw row.error(
    'split',
    `expected ${partNameList}, found ${JSON.stringify(cell)}.`,
    'Correct the cell, or leave it empty to have the part chosen.',
  );
}

function adviseOnNoClass(csv: string, { skipped }: Findings): string {
  const [first] = skipped;
  if (first === undefined) return 'Add rows below the header, each with the path of a photo and its label.';
  return `None of its ${skipped.length} photos can be used, the first being ${first.path}: ${first.reason} Paths are relative to ${dirname(csv)}.`;
}
