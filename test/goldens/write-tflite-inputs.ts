// Writes the pixels of the goldens' inputs for tflite.py: tsx test/goldens/write-tflite-inputs.ts <folder of real data> <output folder>
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawInputs, readPhotoInputs } from './tflite-inputs.ts';

const [data = '', out = ''] = process.argv.slice(2);
await mkdir(out, { recursive: true });
for (const [kind, inputs] of Object.entries({ drawn: drawInputs(), photos: await readPhotoInputs(data) })) {
  await writeFile(join(out, `${kind}.rgb`), Buffer.concat(inputs.map(({ pixels }) => pixels)));
  await writeFile(join(out, `${kind}.json`), JSON.stringify(inputs.map(({ name }) => name)));
}
