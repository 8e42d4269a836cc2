import { RegraftError } from '../errors.ts';
import { endAt } from './end-at.ts';
import { foreignByContent, foreignByName, foreignNetworkError } from './foreign-network.ts';
import { formats } from './formats.ts';
import type { ImportedNetwork } from './imported-network.ts';
import type { ImportOptions, NetworkFormat, ReadBeside } from './network-format.ts';

/** A network's file with what lies beside it. */
export interface NetworkFile {
  readonly bytes: Uint8Array;
  /** The file's name: tells its format where the bytes do not, and is named in errors. */
  readonly name: string;
  /** Fetches a file that lies beside it, by its path with `/`; undefined when there is none. */
  readonly beside: (path: string) => Promise<Uint8Array | undefined>;
}

/**
 * Imports a pretrained network from a file of any known format, and names the format.
 *
 * @throws RegraftError `BACKBONE_INVALID` for a broken file or one of no known format, `OPERATOR_UNSUPPORTED` naming operator and node,
 * `PREPROCESS_UNKNOWN`, `INVALID_OPTION`, and what `beside` throws.
 */
export async function importNetwork(
  file: NetworkFile,
  options: ImportOptions = {},
): Promise<ImportedNetwork & { readonly format: string }> {
  const { bytes, name } = file;
  const format = formatOf(bytes, name);
  const imported = await withFilesBeside(file.beside, (beside) => format.read(bytes, name, beside, options));
  checkForm(imported, options.form, name);
  const { output } = options;
  const ended = output === undefined || format.choosesOutput ? imported : endAt(imported, output, name);
  return { ...ended, format: format.name };
}

/** A format that knows both forms has made the one that was asked for. */
function checkForm({ form }: ImportedNetwork, wanted: ImportOptions['form'], name: string): void {
  if (wanted === undefined || wanted === form) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected the form ${form} for ${name}, which has no other, but received ${wanted}.`,
    {
      hint: 'Leave --form out.',
    },
  );
}

/** A name counts before the first bytes, which are few; what has to be exported first is told by both. */
function formatOf(bytes: Uint8Array, name: string): NetworkFormat {
  const foreign = foreignByContent(bytes, name);
  if (foreign !== undefined) throw foreignNetworkError(foreign, name);
  const format = formats.find(({ named }) => named.test(name)) ?? formats.find(({ begins }) => begins(bytes));
  if (format !== undefined) return format;
  const named = foreignByName(name);
  throw named === undefined ? unknownFormat(name) : foreignNetworkError(named, name);
}

/**
 * Runs an importer, which reads at once, over files that come later: it is run again each time a file that it asked for has come.
 * What it does until its first question costs next to nothing.
 */
async function withFilesBeside<T>(fetch: NetworkFile['beside'], read: (beside: ReadBeside) => T): Promise<T> {
  const files = new Map<string, Uint8Array | undefined>();
  for (;;) {
    let missing: string | undefined;
    try {
      return read((path) => {
        if (files.has(path)) return files.get(path);
        missing ??= path;
        throw new Error(`${path} was not fetched yet`);
      });
    } catch (error) {
      // Importers may put an error of their own around that one.
      if (missing === undefined) throw error;
      files.set(missing, await fetch(missing));
    }
  }
}

function unknownFormat(name: string): RegraftError {
  return new RegraftError(
    'BACKBONE_INVALID',
    `Expected a network in ${name} but found a file of another kind.`,
    { hint: `Formats that can be imported: ${formats.map((format) => format.name).join(', ')}.` },
  );
}
