import { createHash, timingSafeEqual } from 'node:crypto';
import { RegraftError } from '../errors.ts';

/**
 * Makes a check of the header `Authorization: Bearer <token>`. Hashes are compared, in a time that tells nothing of the token or its length.
 *
 * @returns a function that throws RegraftError `UNAUTHORIZED`
 */
export function bearerCheck(token: string): (authorization: string | null) => void {
  const expected = sha256(token);
  return (authorization) => {
    const given = /^Bearer +(.*)$/i.exec(authorization ?? '')?.[1];
    if (timingSafeEqual(sha256(given?.trim() ?? ''), expected) && given !== undefined) return;
    throw new RegraftError(
      'UNAUTHORIZED',
      given === undefined ? 'Expected a bearer token but found none.' : 'Expected another bearer token.',
      { hint: 'Send the header Authorization: Bearer <token>.' },
    );
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
