import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { makeThumbnail } from './thumbnail.ts';

const photo = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 4, background: { r: 0, g: 90, b: 0, alpha: 0 } } });

describe('makeThumbnail', () => {
  it('fits an upright JPEG into the square', async () => {
    const turned = await photo(200, 100).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { format, width, height, orientation } = await sharp(await makeThumbnail(turned, 50)).metadata();
    expect({ format, width, height, orientation }).toEqual({
      format: 'jpeg',
      width: 25,
      height: 50,
      orientation: undefined,
    });
  });

  it('leaves a small photo as large as it is, and lays alpha on white', async () => {
    const { data, info } = await sharp(await makeThumbnail(await photo(30, 20).png().toBuffer(), 96))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([30, 20]);
    expect(data.every((value) => value >= 254)).toBe(true);
  });

  it('refuses a truncated photo', async () => {
    const jpeg = await photo(300, 300).jpeg().toBuffer();
    await expect(makeThumbnail(jpeg.subarray(0, jpeg.length - 300), 50)).rejects.toMatchObject({
      code: 'PHOTO_CORRUPT',
    });
  });
});
