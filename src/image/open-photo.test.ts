import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegraftError } from '../errors.ts';
import { decodeImage } from './decode.ts';
import { corruptPhotoError } from './open-photo.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-image-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const size = { width: 16, height: 16 };

async function refusal(work: Promise<unknown>): Promise<RegraftError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RegraftError)) throw new Error(`expected a RegraftError, got ${String(error)}`);
  return error;
}

/** Noise, so that a file's bytes spread over its whole height. */
function drawNoise(width = 200, height = 150): Sharp {
  let state = 1;
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state >> 16;
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** A PNG of which only the header and the first bytes of data exist. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', Buffer.from([0x78, 0x9c])),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a photo that cannot be used', () => {
  it('is named when it does not exist', async () => {
    const path = join(folder, 'nowhere', 'rose.jpg');
    const error = await refusal(decodeImage(path, size));
    expect(error.code).toBe('PHOTO_NOT_FOUND');
    expect(error.message).toContain(path);
  });

  it('is named when it is a folder', async () => {
    const path = join(folder, 'folder.jpg');
    await mkdir(path);
    const error = await refusal(decodeImage(path, size));
    expect(error.code).toBe('PHOTO_UNREADABLE');
    expect(error.message).toContain(path);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'is named when reading it is not permitted',
    async () => {
      const path = join(folder, 'secret.jpg');
      await writeFile(path, await drawNoise().jpeg().toBuffer());
      await chmod(path, 0);
      const error = await refusal(decodeImage(path, size));
      expect(error.code).toBe('PHOTO_UNREADABLE');
      expect(error.message).toContain('permission denied');
    },
  );

  it('is named when it is empty', async () => {
    const path = join(folder, 'empty.jpg');
    await writeFile(path, '');
    const error = await refusal(decodeImage(path, size));
    expect(error.code).toBe('PHOTO_EMPTY');
    expect(error.message).toContain(path);
  });

  it('is told by its content when it is HTML named .jpg', async () => {
    const path = join(folder, 'page.jpg');
    await writeFile(path, '<!doctype html><title>404</title><p>Not found');
    const error = await refusal(decodeImage(path, size));
    expect(error.code).toBe('NOT_AN_IMAGE');
    expect(error.message).toContain(path);
  });

  it('comes with the remedy when its format is not decoded', async () => {
    const error = await refusal(
      decodeImage(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), size),
    );
    expect(error.code).toBe('FORMAT_UNSUPPORTED');
    expect(error.message).toContain('heic');
    expect(error.hint).toContain('JPEG');
  });

  it('is refused from its header when it has 30000 × 30000 pixels', async () => {
    const path = join(folder, 'huge.png');
    await writeFile(path, pngHeader(30_000, 30_000));
    const error = await refusal(decodeImage(path, size));
    expect(error.code).toBe('PHOTO_TOO_LARGE');
    expect(error.message).toContain(path);
    expect(error.message).toContain('30000 × 30000');
    expect(error.message).toContain('120,000,000');
  });

  it('is refused above a limit that the caller sets, and passes at it', async () => {
    const png = await drawNoise(30, 20).png().toBuffer();
    expect((await refusal(decodeImage(png, { ...size, maxPixels: 599 }))).code).toBe('PHOTO_TOO_LARGE');
    expect(await decodeImage(png, { ...size, maxPixels: 600 })).toHaveLength(768);
  });
});

describe('a truncated photo', () => {
  const encoders: Record<string, () => Sharp> = {
    'baseline JPEG': () => drawNoise().jpeg(),
    'progressive JPEG': () => drawNoise().jpeg({ progressive: true }),
    'large JPEG that is shrunk while loading': () => drawNoise(1300, 1200).jpeg(),
    PNG: () => drawNoise().png(),
    'interlaced PNG': () => drawNoise().png({ progressive: true }),
    WebP: () => drawNoise().webp(),
    GIF: () => drawNoise().gif(),
    AVIF: () => drawNoise(64, 64).avif({ effort: 0 }),
    TIFF: () => drawNoise().tiff({ compression: 'lzw' }),
  };

  it.each(Object.entries(encoders))('is corrupt: %s', async (_, encoder) => {
    const whole = await encoder().toBuffer();
    expect(await decodeImage(whole, size)).toHaveLength(768);
    for (const fraction of [0.1, 0.5, 0.95]) {
      const cut = whole.subarray(0, Math.floor(whole.length * fraction));
      expect((await refusal(decodeImage(cut, size))).code).toBe('PHOTO_CORRUPT');
    }
  });

  it('is named, with what the decoder says', async () => {
    const path = join(folder, 'cut.jpg');
    const whole = await drawNoise().jpeg().toBuffer();
    await writeFile(path, whole.subarray(0, whole.length / 2));
    const error = await refusal(decodeImage(path, size));
    expect(error.code).toBe('PHOTO_CORRUPT');
    expect(error.message).toContain(path);
    expect(error.message).toMatch(/premature end/i);
    expect(error.message).not.toContain('\n');
  });
});

describe('harmless flaws of real photos', () => {
  it('do not make a JPEG with bytes after its end corrupt', async () => {
    const jpeg = Buffer.concat([await drawNoise().jpeg().toBuffer(), Buffer.alloc(500, 7)]);
    expect(await decodeImage(jpeg, size)).toHaveLength(768);
  });

  it('do not make a JPEG with stray bytes before its end marker corrupt', async () => {
    const jpeg = await drawNoise().jpeg().toBuffer();
    const stray = Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(9, 7), jpeg.subarray(-2)]);
    expect(await decodeImage(stray, size)).toHaveLength(768);
  });

  it('do not make a JPEG with a broken colour profile or EXIF block corrupt', async () => {
    const jpeg = await drawNoise()
      .withIccProfile('p3')
      .withExif({ IFD0: { Copyright: 'nobody' } })
      .jpeg()
      .toBuffer();
    const broken = Buffer.from(jpeg);
    broken.fill(0x55, broken.indexOf('ICC_PROFILE') + 40, broken.indexOf('ICC_PROFILE') + 200);
    broken.fill(0x55, broken.indexOf('Exif\0\0') + 10, broken.indexOf('Exif\0\0') + 30);
    expect(await decodeImage(broken, size)).toHaveLength(768);
  });
});

it.each([
  ['VipsJpeg: premature end of JPEG image\nsecond line', 'data (VipsJpeg: premature end of JPEG image).'],
  ['Unknown error', 'data.'],
  ['', 'data.'],
])('what the decoder says of damage is quoted where it says anything: %j', (detail, end) => {
  const { code, message } = corruptPhotoError({ name: '', format: 'jpeg' }, new Error(detail));
  expect({ code, message }).toEqual({
    code: 'PHOTO_CORRUPT',
    message: `Expected a whole JPEG image, found truncated or damaged ${end}`,
  });
});
