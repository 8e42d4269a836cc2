import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Makes every disk tell that it has so many bytes left, until `restore` is called; the folders that were asked about are in `asked`. */
export function pretendFreeSpace(bytes: number): { readonly asked: readonly string[]; restore(): void } {
  const original = fs.statfs;
  const asked: string[] = [];
  const pretend = async (path: string): Promise<unknown> => {
    asked.push(path);
    return Object.assign(await original(path), { bsize: 1, bavail: bytes });
  };
  Object.assign(fs, { statfs: pretend });
  syncBuiltinESMExports();
  return {
    asked,
    restore() {
      Object.assign(fs, { statfs: original });
      syncBuiltinESMExports();
    },
  };
}
