import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** The network's input size in pixels. */
export const inputSize = 299;

/** A picture as the network takes it. */
export interface GoldenInput {
  readonly name: string;
  /** uint8 RGB `[299, 299, 3]` */
  readonly pixels: Uint8Array;
}

/** Pictures drawn by integer arithmetic alone, so that they are the same everywhere. */
export function drawInputs(): GoldenInput[] {
  return Object.entries(drawings).map(([name, colour]) => {
    const pixels = new Uint8Array(inputSize * inputSize * 3);
    for (let y = 0, at = 0; y < inputSize; y++) {
      for (let x = 0; x < inputSize; x++) {
        // Grain as in a photo: on flat areas every value lies at the same place between two steps, and rounding errors add up.
        const grain = scatter(x, y, 7) >> 4;
        for (const value of colour(x, y)) pixels[at++] = Math.min(255, value + grain);
      }
    }
    return { name, pixels };
  });
}

/**
 * The real photos of the goldens: some of each class of flower_photos, a parrot and a hot dog. Decoded by sharp and sampled at the
 * nearest pixel by integer arithmetic: whoever reads them gets the same pixels, whatever resizes photos elsewhere.
 */
export async function readPhotoInputs(data: string): Promise<GoldenInput[]> {
  const files = ['networks/tflite/parrot.jpg', 'networks/tflite/hot_dog.jpg'];
  for (const [flower, count] of Object.entries(flowerCounts)) {
    const names = (await readdir(join(data, 'flower_photos', flower))).sort();
    const step = Math.floor(names.length / count);
    for (let index = 0; index < count; index++) files.push(`flower_photos/${flower}/${names[index * step] ?? ''}`);
  }
  return Promise.all(files.map(async (name) => ({ name, pixels: await sampleNearest(join(data, name)) })));
}

/** SHA-256 of pixels, in hexadecimal. */
export function hashPixels(pixels: Uint8Array): string {
  return createHash('sha256').update(pixels).digest('hex');
}

const flowerCounts = { daisy: 8, dandelion: 4, roses: 4, sunflowers: 4, tulips: 4 };

type Colour = (x: number, y: number) => readonly [number, number, number];

const drawings: Readonly<Record<string, Colour>> = {
  gradient: (x, y) => [(x * 255) / 298, (y * 255) / 298, ((x + y) * 255) / 596],
  checks: (x, y) => ((((x / 23) | 0) + ((y / 23) | 0)) % 2 === 0 ? [220, 40, 30] : [20, 60, 200]),
  rings: (x, y) => {
    const ring = (square(x - 149) + square(y - 149)) >> 8;
    return ring % 5 < 2 ? [250, 200, 20] : [30, (ring * 3) & 255, 60];
  },
  disc: (x, y) => (square(x - 150) + square(y - 120) < 4900 ? [255, 140, 0] : [90 + (y >> 2), 160, 255 - (y >> 1)]),
  stripes: (x, y) => ((x + 2 * y) % 40 < 17 ? [10, 10, 10] : [245, 245, 240]),
  petals: (x, y) => {
    const [dx, dy] = [x - 149, y - 149];
    const distance = square(dx) + square(dy);
    if (distance < 900) return [240, 190, 10];
    const lobes = Math.abs(dx * dy) * 4 + Math.abs(square(dx) - square(dy));
    return distance < 12000 && lobes % 9000 < 6500 ? [245, 245, 250] : [40, 110 + (y >> 3), 35];
  },
  noise: (x, y) => [scatter(x, y, 1), scatter(x, y, 2), scatter(x, y, 3)],
  blocks: (x, y) => [scatter(x >> 4, y >> 4, 4), scatter(x >> 5, y >> 4, 5), scatter(x >> 4, y >> 5, 6)],
};

function square(value: number): number {
  return value * value;
}

function scatter(x: number, y: number, seed: number): number {
  let state = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(seed, 974634337);
  state = Math.imul(state ^ (state >>> 13), 1274126177);
  return (state >>> 16) & 255;
}

async function sampleNearest(file: string): Promise<Uint8Array> {
  const { data, info } = await sharp(file).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(inputSize * inputSize * 3);
  for (let y = 0, at = 0; y < inputSize; y++) {
    const row = Math.floor(((2 * y + 1) * info.height) / (2 * inputSize));
    for (let x = 0; x < inputSize; x++) {
      const column = Math.floor(((2 * x + 1) * info.width) / (2 * inputSize));
      for (let channel = 0; channel < 3; channel++) {
        pixels[at++] = data[(row * info.width + column) * info.channels + channel] ?? 0;
      }
    }
  }
  return pixels;
}
