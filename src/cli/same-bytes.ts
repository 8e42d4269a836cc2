import { open } from 'node:fs/promises';

const blockBytes = 262_144;

/** Tells whether two files hold the same bytes; memory use does not depend on their size. A folder or a file that cannot be read holds others. */
export async function sameBytes(a: string, b: string): Promise<boolean> {
  try {
    await using first = await open(a);
    await using second = await open(b);
    const [one, other] = [await first.stat(), await second.stat()];
    if (!one.isFile() || !other.isFile() || one.size !== other.size) return false;
    const [left, right] = [Buffer.alloc(blockBytes), Buffer.alloc(blockBytes)];
    for (let at = 0; at < one.size;) {
      const { bytesRead } = await first.read(left, 0, blockBytes, at);
      const { bytesRead: alsoRead } = await second.read(right, 0, blockBytes, at);
      const isEqual =
        bytesRead === alsoRead && left.subarray(0, bytesRead).equals(right.subarray(0, bytesRead));
      if (bytesRead === 0 || !isEqual) return false;
      at += bytesRead;
    }
    return true;
  } catch {
    return false;
  }
}
