import { writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { placeFile } from './place-file.ts';

/** Writes heat maps into a folder. */
export interface HeatFiles {
  /**
   * Writes the picture of a photo.
   *
   * @returns its path
   * @throws RegraftError `OUT_OF_DISK`, `NOT_WRITABLE`
   */
  add(file: string, png: Uint8Array): Promise<string>;
  /** How many were written, and how many lay there already. */
  readonly written: number;
  readonly known: number;
}

/** Starts to write pictures that are named after their photos, `photo.jpg` as `photo.png`; no file is ever written over: see {@link placeFile}. */
export function openHeatFiles(folder: string): HeatFiles {
  let [written, known] = [0, 0];
  return {
    get written() {
      return written;
    },
    get known() {
      return known;
    },
    async add(file, png) {
      const name = `${basename(file, extname(file))}.png`;
      const { path, isNew } = await placeFile(folder, name, (temporary) => writeFile(temporary, png));
      if (isNew) written += 1;
      else known += 1;
      return path;
    },
  };
}
