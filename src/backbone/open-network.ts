import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import type { ImportedNetwork } from '../import/imported-network.ts';
import { importNetwork } from '../import/import-network.ts';
import type { NumericForm } from '../onnx/numeric-form.ts';
import type { KnownPreprocess } from '../shared/preprocess.ts';
import { chooseNetworkFile } from './choose-file.ts';
import { catalogue, findEntry } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { fetchCompanion } from './fetch-companion.ts';
import { fetchNetwork } from './fetch-network.ts';
import type { FetchedNetwork } from './fetched-network.ts';
import { findPreprocess } from './find-preprocess.ts';
import { listFiles } from './list-files.ts';
import { isSource, parseSource } from './parse-source.ts';
import { untestedNetworks } from './untested.ts';
import { ensureWeights, type WeightsOptions } from './weights.ts';

/** A network that was fetched and imported, before it is fitted to photos. */
export interface OpenedNetwork {
  /** Its name in records and models: the catalogue's id, the remote source, or the local file's name without its folder. */
  readonly id: string;
  /** SHA-256 of its weights: of the file, or of the list of all its files with theirs. */
  readonly sha256: string;
  /** Size of all its files. */
  readonly bytes: number;
  readonly imported: ImportedNetwork;
  /** The name of its file's format, `ONNX` for one. */
  readonly format: string;
  /** What a file beside it says about photos. */
  readonly beside: KnownPreprocess;
  /** The catalogue's entry, for a network of the catalogue. */
  readonly entry?: CatalogueEntry;
}

/** Options of {@link openNetwork}. */
export interface OpenNetworkOptions extends WeightsOptions {
  /** @default the file's own form */
  readonly form?: NumericForm | undefined;
  /** Where the file leaves the size of its input open. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** The tensor that the network should end with. */
  readonly output?: string | undefined;
}

/**
 * Opens a network of the catalogue by its id, or any other by its source or path: fetches it on first use and imports it.
 *
 * @throws RegraftError `BACKBONE_UNKNOWN`, and what fetching and importing throw.
 */
export async function openNetwork(spec: string, options: OpenNetworkOptions): Promise<OpenedNetwork> {
  checkNetworkName(spec);
  const entry = catalogue.find(({ id }) => id === spec);
  if (entry !== undefined) return openEntry(entry, options);
  const untested = untestedNetworks.find(({ id }) => id === spec);
  const opened = await openSource(untested?.source ?? spec, options);
  return untested === undefined ? opened : { ...opened, id: untested.id };
}

/** Whether a text names a network: of the catalogue, or by a source or path that is there. */
export function isNetworkName(spec: string): boolean {
  if (hasName(spec)) return true;
  return isSource(spec) && (parseSource(spec).type !== 'local' || existsSync(spec.replace(/#.*$/, '')));
}

/**
 * Refuses, before any work, what is neither a network of the catalogue nor a source.
 *
 * @throws RegraftError `BACKBONE_UNKNOWN`, `INVALID_OPTION`.
 */
export function checkNetworkName(spec: string): void {
  if (hasName(spec)) return;
  if (isSource(spec)) parseSource(spec);
  else findEntry(spec);
}

function hasName(spec: string): boolean {
  return [...catalogue, ...untestedNetworks].some(({ id }) => id === spec);
}

async function openEntry(entry: CatalogueEntry, options: OpenNetworkOptions): Promise<OpenedNetwork> {
  const bytes = await readFile(await ensureWeights(entry, options));
  const beside = (): Promise<undefined> => Promise.resolve(undefined);
  const imported = await importNetwork(
    { bytes, name: `${entry.id}.${entry.file.extension}`, beside },
    options,
  );
  return {
    id: entry.id,
    sha256: entry.file.sha256,
    bytes: entry.file.bytes,
    imported,
    format: imported.format,
    beside: {},
    entry,
  };
}

async function openSource(spec: string, options: OpenNetworkOptions): Promise<OpenedNetwork> {
  const fetched = await fetchNetwork(spec, options);
  const files = await listFiles(fetched, options.signal);
  const inside = files === undefined ? undefined : chooseNetworkFile(files, fetched.source);
  const folder = inside === undefined ? '.' : posix.dirname(inside);
  const read = async (path: string, from: 'beside' | 'root' = 'beside'): Promise<Uint8Array | undefined> => {
    const place = await fetchCompanion(fetched, posix.join(from === 'root' ? '.' : folder, path), {
      ...options,
      from,
    });
    return place === undefined ? undefined : readFile(place);
  };
  const name = inside ?? nameOf(fetched);
  const bytes = inside === undefined ? await readFile(fetched.path) : await read(posix.basename(inside));
  if (bytes === undefined) {
    throw new Error(`${inside ?? ''} was listed in ${fetched.source}, but is not there`);
  }

  const parts = new Map<string, Uint8Array>();
  const beside = async (path: string): Promise<Uint8Array | undefined> => {
    const found = await read(path);
    if (found !== undefined) parts.set(path, found);
    return found;
  };
  const imported = await importNetwork({ bytes, name: posix.basename(name), beside }, options);
  return {
    id: /^(npm|hf|https?):/.test(fetched.source) ? fetched.source : basename(fetched.source),
    sha256: hashOf(inside === undefined ? fetched.sha256 : sha256(bytes), parts),
    bytes: [...parts.values()].reduce((sum, part) => sum + part.length, bytes.length),
    imported,
    format: imported.format,
    beside: await findPreprocess(imported, read),
  };
}

/** The name of a network's file, which tells its format where the bytes do not. */
function nameOf({ source, path }: FetchedNetwork): string {
  const parsed = parseSource(source);
  if (parsed.type === 'npm' || parsed.type === 'hf') return parsed.path;
  if (parsed.type === 'https') return parsed.inside ?? new URL(parsed.url).pathname;
  return parsed.inside ?? path;
}

function hashOf(main: string, parts: ReadonlyMap<string, Uint8Array>): string {
  if (parts.size === 0) return main;
  const lines = [...parts].map(([path, bytes]) => `${sha256(bytes)} ${path}\n`).sort();
  return sha256([main, '\n', ...lines].join(''));
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
