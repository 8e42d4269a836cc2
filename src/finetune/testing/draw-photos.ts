import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawPhoto } from '../../../test/support/photos.ts';
import type { Photo } from '../../dataset/dataset.ts';

/** Draws photos of 200 × 160 pixels in a folder; the same numbers give the same bytes. */
export async function drawPhotos(folder: string, count: number): Promise<Photo[]> {
  const photos: Photo[] = [];
  const pictures = await Promise.all(Array.from({ length: 12 }, (_, number) => drawPhoto('circles', number)));
  for (let number = 0; number < count; number++) {
    // Bytes after its end make another photo of an image.
    const bytes = Buffer.concat([pictures[number % 12] ?? Buffer.alloc(0), Buffer.from(String(number))]);
    const file = join(folder, `${number}.jpg`);
    await writeFile(file, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    photos.push({ path: `${number}.jpg`, file, label: 0, sha256 });
  }
  return photos;
}
