// Extracts the features of photos of 1 megapixel in a process of its own: <folder> <number of photos>. Prints its peak resident memory, MB.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { tinyBackbone } from '../../../test/fixtures/tiny-backbone.ts';
import type { Photo } from '../../dataset/dataset.ts';
import { extractFeatures } from '../extract.ts';
import { openFeatureStore } from '../store.ts';

const [folder = '', count = '0'] = process.argv.slice(2);
const side = 1000;
const noise = Buffer.from(
  Uint8Array.from({ length: side * side * 3 }, (_, at) => Math.imul(at, at * 7919) >>> 24),
);
const jpeg = await sharp(noise, { raw: { width: side, height: side, channels: 3 } })
  .jpeg()
  .toBuffer();
const photos: Photo[] = [];
for (let number = 0; number < Number(count); number++) {
  // Bytes after its end make another photo of an image.
  const bytes = Buffer.concat([jpeg, Buffer.from(String(number))]);
  const file = join(folder, `${number}.jpg`);
  await writeFile(file, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  photos.push({ path: `${number}.jpg`, file, label: 0, sha256 });
}
const backbone = tinyBackbone();
const store = await openFeatureStore(join(folder, 'home'), backbone);
const { computed } = await extractFeatures(photos, backbone, [store], { workers: 2 });
process.stdout.write(
  JSON.stringify({ computed, bytes: jpeg.length, peakMb: process.resourceUsage().maxRSS / 1024 }),
);
