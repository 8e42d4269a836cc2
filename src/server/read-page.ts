import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the page. */
export interface PageFile {
  /** Path of the server: `/` for index.html. */
  readonly path: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

// The page is built into dist/ui/try; under vitest this module is the TypeScript source.
const pageFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/ui/try/' : '../ui/try/', import.meta.url),
);

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Reads the files of the page to try the server; they are small and stay in memory. A plain page takes their place where they were not built. */
export async function readPage(folder = pageFolder): Promise<PageFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const name = relative(folder, path).split(sep).join('/');
        const type = types[extname(name)] ?? 'application/octet-stream';
        return { path: name === 'index.html' ? '/' : `/${name}`, type, bytes: await readFile(path) };
      }),
  );
  return files.some(({ path }) => path === '/') ? files : [plainPage()];
}

function plainPage(): PageFile {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Regraft</title>
<h1>Regraft</h1>
<p>Send a photo: <code>curl --data-binary @photo.jpg &lt;this address&gt;v1/models/&lt;name&gt;/predict</code></p>
<ul>
<li><a href="v1/models">The models</a></li>
<li><a href="openapi.json">The API</a></li>
<li><a href="readyz">How it is</a></li>
</ul>
</html>
`;
  return { path: '/', type: 'text/html; charset=utf-8', bytes: Buffer.from(html) };
}
