import { createHash } from 'node:crypto';
import { RegraftError } from '../errors.ts';
import { encodeMetadataEntry } from '../onnx/write.ts';

const key = 'regraft.sha256';
const entryBytes = encodeMetadataEntry(key, '0'.repeat(64)).length;

/** Appends the SHA-256 of an encoded model to its metadata, so that a later reader sees damage in any byte. */
export function sealModel(encoded: Uint8Array): Uint8Array {
  return Buffer.concat([encoded, encodeMetadataEntry(key, sha256(encoded))]);
}

/**
 * Checks the seal of a model file. A file without a seal at its end passes: another tool has written it anew.
 *
 * @throws RegraftError `MODEL_INVALID` when the bytes are not those that were sealed.
 */
export function checkSeal(bytes: Uint8Array, source: string): void {
  const content = bytes.subarray(0, Math.max(0, bytes.length - entryBytes));
  const entry = bytes.subarray(content.length);
  const expected = encodeMetadataEntry(key, sha256(content));
  const keyBytes = entryBytes - 64;
  const keyIsThere = Buffer.compare(entry.subarray(0, keyBytes), expected.subarray(0, keyBytes)) === 0;
  const hashIsRight = Buffer.compare(entry.subarray(keyBytes), expected.subarray(keyBytes)) === 0;
  // Neither: a file without a seal. One of them alone: damage, in the content or in the seal itself.
  if (keyIsThere === hashIsRight) return;
  throw new RegraftError(
    'MODEL_INVALID',
    `${source} is damaged: its bytes are not those that were saved (SHA-256 differs).`,
    {
      hint: `Copy the file again, or train it again. If another tool changed it on purpose, remove its metadata entry ${key}.`,
    },
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
