import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodeImage } from './decode.ts';
import { makeThumbnail } from './thumbnail.ts';

it('large photos that are asked for at once are decoded one after the other', async () => {
  const limit = 25_000_000 * Math.max(2, availableParallelism());
  const side = Math.floor(Math.sqrt(Math.min(0.6 * limit, 119_000_000)));
  const photo = await sharp({ create: { width: side, height: side, channels: 3, background: '#888' } })
    .toColourspace('b-w')
    .png({ compressionLevel: 1 })
    .toBuffer();
  const together: number[] = [];
  const timer = setInterval(() => together.push(sharp.counters().process), 1);
  await Promise.all([
    ...[1, 2, 3].map(() => decodeImage(photo, { width: 10, height: 10 })),
    makeThumbnail(photo, 10),
  ]);
  clearInterval(timer);
  expect(together.length).toBeGreaterThan(5);
  expect(Math.max(...together)).toBe(Math.floor(limit / side ** 2));
});
