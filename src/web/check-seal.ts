import { RegraftError } from '../errors.ts';

const key = 'regraft.sha256';
const hashLength = 64;
// The last entry of the metadata, as protobuf writes it: field 14, its length, the key in field 1, the hash in field 2.
const prefix = Uint8Array.from([
  ...[0x72, 2 + key.length + 2 + hashLength],
  ...[0x0a, key.length, ...new TextEncoder().encode(key)],
  ...[0x12, hashLength],
]);

/**
 * Checks the seal of a model file, as Regraft does under Node. It passes without a check where the browser gives no hashes: on pages
 * that came neither over https nor from this computer.
 *
 * @throws RegraftError `MODEL_INVALID` when the bytes are not those that were sealed.
 */
export async function checkSeal(bytes: Uint8Array<ArrayBuffer>, source: string): Promise<void> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (subtle === undefined) return;
  const content = bytes.subarray(0, Math.max(0, bytes.length - prefix.length - hashLength));
  const entry = bytes.subarray(content.length);
  const hash = new Uint8Array(await subtle.digest('SHA-256', content));
  const text = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const keyIsThere = prefix.every((byte, index) => entry[index] === byte);
  const hashIsRight = new TextDecoder().decode(entry.subarray(prefix.length)) === text;
  // Neither: a file without a seal. One of them alone: damage, in the content or in the seal itself.
  if (keyIsThere === hashIsRight) return;
  throw new RegraftError(
    'MODEL_INVALID',
    `${source} is damaged: its bytes are not those that were saved (SHA-256 differs).`,
    { hint: 'Load it again; if that does not help, copy the file to the server again.' },
  );
}
