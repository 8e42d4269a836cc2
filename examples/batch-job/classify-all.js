// node classify-all.js <model folder> <folder of photos> <output.jsonl>
import { createWriteStream } from 'node:fs';
import { open, readdir, readFile, truncate } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { loadClassifier } from 'regraft';

const [model, folder, output] = process.argv.slice(2);
if (model === undefined || folder === undefined || output === undefined) {
  console.error('Usage: node classify-all.js <model folder> <folder of photos> <output.jsonl>');
  process.exit(2);
}
const extensions = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif', '.tif', '.tiff']);

const done = await readDone(output);
const photos = (await listPhotos(folder)).filter((path) => !done.has(path));
console.log(`${done.size} photos done, ${photos.length} to do`);

const classifier = await loadClassifier(model);
const lines = createWriteStream(output, { flags: 'a' });
let count = 0;
try {
  // Predictions come in the order given; only a few photos are in memory at a time.
  for await (const { label, probability, error } of classifier.classify(
    photos.map((path) => join(folder, path)),
    { top: 1 },
  )) {
    const path = photos[count++];
    const line = error ? { path, error: error.code } : { path, label, probability };
    if (!lines.write(`${JSON.stringify(line)}\n`)) await new Promise((resume) => lines.once('drain', resume));
    if (count % 1000 === 0) console.log(`${count} of ${photos.length}`);
  }
} finally {
  await new Promise((resolve) => lines.end(resolve));
  await classifier[Symbol.asyncDispose]();
}
console.log(`${count} photos classified`);

/** Paths of the photos that an earlier run has written; a last line that it did not finish is cut off. */
async function readDone(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(file, Buffer.byteLength(whole));
  else await (await open(file, 'a')).close();
  return new Set(
    whole
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).path),
  );
}

async function listPhotos(root) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && extensions.has(extname(entry.name).toLowerCase()))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
