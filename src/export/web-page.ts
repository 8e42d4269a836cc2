import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RegraftError } from '../errors.ts';
import { modelFileName } from '../model/load.ts';

// Built by scripts/build-ui.js; under vitest this module is the TypeScript source.
const uiFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/ui/' : '../ui/', import.meta.url),
);

/** The version of onnxruntime-web whose files are put beside an exported page. */
export const webRuntimeVersion = '1.24.3';

/** The page's parts as they were built: by path below their folder, with `/`. */
export type BuiltFiles = ReadonlyMap<string, Uint8Array>;

/**
 * Reads a part of the built pages: the page of an export, what runs its model, or the page that verifies it.
 *
 * @throws RegraftError `INSTALLATION_BROKEN` when it is not there.
 */
export async function readBuiltFiles(part: 'page' | 'runtime' | 'verify'): Promise<BuiltFiles> {
  const folder = join(uiFolder, part);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new RegraftError(
      'INSTALLATION_BROKEN',
      `Expected the built page in ${folder}, but it is not there.`,
      {
        hint: 'Install Regraft again; in its repository, run npm run build.',
        cause,
      },
    );
  });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry): Promise<[string, Uint8Array]> => {
        const path = join(entry.parentPath, entry.name);
        return [relative(folder, path).split(sep).join('/'), await readFile(path)];
      }),
  );
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Puts a model into the built page.
 *
 * @param name - What the page calls the model.
 * @returns the page's folder: a file's content by its path.
 */
export function assemblePage(
  name: string,
  model: Uint8Array,
  page: BuiltFiles,
  runtime: BuiltFiles,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [path, bytes] of page) {
    files.set(path, path === serviceWorker ? bytes : fillIn(path, bytes, name));
  }
  for (const [path, bytes] of runtime) files.set(`runtime/${path}`, bytes);
  files.set(modelFileName, model);
  const worker = files.get(serviceWorker);
  if (worker !== undefined) files.set(serviceWorker, listFiles(worker, files));
  return files;
}

const serviceWorker = 'service-worker.js';
const modelPlace = '%REGRAFT_MODEL%';

function fillIn(path: string, bytes: Uint8Array, name: string): Uint8Array {
  if (path.endsWith('.html')) return replaceText(bytes, modelPlace, escapeHtml(name));
  // Between quotes in JSON.
  if (path.endsWith('.webmanifest')) return replaceText(bytes, modelPlace, JSON.stringify(name).slice(1, -1));
  return bytes;
}

/** Tells the service worker what to keep; one changed byte in any file makes another service worker, which browsers then install. */
function listFiles(worker: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const listed = [...files].filter(([path]) => path !== serviceWorker && !path.endsWith('.txt'));
  const list = listed.map(([path, bytes]) => `${path}:${sha256(bytes).slice(0, 16)}`).join(' ');
  const filled = replaceText(worker, '__REGRAFT_FILES__', list);
  return replaceText(filled, '__REGRAFT_RELEASE__', sha256(Buffer.from(list)).slice(0, 16));
}

function replaceText(bytes: Uint8Array, place: string, text: string): Uint8Array {
  // A function: `$` in a name must not mean anything.
  return Buffer.from(
    Buffer.from(bytes)
      .toString('utf8')
      .replaceAll(place, () => text),
  );
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
