import { stat } from 'node:fs/promises';

/** Gives a file's size in bytes, 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
