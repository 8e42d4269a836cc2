import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary folder with files in it, removed when disposed of. */
export interface PhotoFolder extends AsyncDisposable {
  readonly path: string;
  /** Beside the photos, for hashes. */
  readonly home: string;
  /** Writes files given by their relative path; a string is the text that a tiny GIF carries. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
}

/** Makes a temporary folder with photos. */
export async function makePhotoFolder(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<PhotoFolder> {
  const parent = await mkdtemp(join(tmpdir(), 'regraft-photos-'));
  const path = join(parent, 'photos');
  await mkdir(path);
  const folder: PhotoFolder = {
    path,
    home: join(parent, 'home'),
    async write(more) {
      for (const [name, content] of Object.entries(more)) {
        const file = join(path, name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, typeof content === 'string' ? tinyGif(content) : content);
      }
    },
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  };
  await folder.write(files);
  return folder;
}

/** A whole GIF of one pixel; another text gives other bytes. */
export function tinyGif(text: string): Uint8Array {
  const comment = Buffer.from(text).subarray(0, 255);
  return Buffer.concat([
    Buffer.from('GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0', 'latin1'),
    Buffer.from([0x21, 0xfe, comment.length]),
    comment,
    Buffer.from('\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;', 'latin1'),
  ]);
}
