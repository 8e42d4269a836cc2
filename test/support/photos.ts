import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

const width = 200;
const height = 160;

/** Patterns that the network tells apart with ease, in many colours. */
const patterns = {
  checks: (i: number) =>
    Array.from({ length: 50 }, (_, k) => {
      const [x, y] = [(k % 10) * 20, Math.floor(k / 10) * 40 + (k % 2) * 20 + i];
      return `<rect x="${x}" y="${y}" width="20" height="20" fill="hsl(${i * 25},60%,30%)"/>`;
    }).join(''),
  circles: (i: number) => `<circle cx="${60 + i * 5}" cy="80" r="${30 + i}" fill="hsl(${i * 25},80%,50%)"/>`,
  lines: (i: number) =>
    Array.from(
      { length: 12 },
      (_, k) => `<path d="M0 ${k * 15 + i}H${width}" stroke="hsl(${i * 25},80%,40%)" stroke-width="4"/>`,
    ).join(''),
} as const;

/** A class of drawn photos. */
export type Pattern = keyof typeof patterns;

/** The classes of {@link drawDataset}, in the order in which Regraft lists them. */
export const patternNames = Object.keys(patterns) as Pattern[];

/** Draws one photo of 200 × 160 pixels, or scaled; the same pattern, number and scale give the same bytes. */
export async function drawPhoto(pattern: Pattern, number: number, scale = 1): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="hsl(${number * 37},30%,85%)"/>${patterns[pattern](number)}</svg>`;
  return sharp(Buffer.from(svg), { density: 72 * scale })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Draws a folder for each pattern with photos `<pattern>-1.jpg …`. */
export async function drawDataset(folder: string, photos: number | Record<Pattern, number>): Promise<void> {
  for (const pattern of patternNames) {
    const count = typeof photos === 'number' ? photos : photos[pattern];
    for (let number = 1; number <= count; number++) {
      await put(join(folder, pattern, `${pattern}-${number}.jpg`), await drawPhoto(pattern, number));
    }
  }
}

/** Writes a file and the folders above it. */
export async function put(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
