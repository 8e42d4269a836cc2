import { RegraftError } from '../errors.ts';
import { parseForm } from './parse-form.ts';

/** A photo that a request brought. */
export interface SentPhoto {
  /** The file's name in a form; absent in a raw body. */
  readonly name?: string;
  readonly bytes: Uint8Array;
}

/** The photos of one request. */
export interface SentPhotos {
  /** True for a form, whose photos succeed or fail one by one. */
  readonly isForm: boolean;
  readonly photos: readonly SentPhoto[];
}

// Fields beside the files are left alone.
const maxOtherFields = 16;

/**
 * Takes the photos out of a body: the files of a `multipart/form-data`, in their order, or else the whole body as one photo, whatever its type says.
 * Nothing is copied.
 *
 * @throws RegraftError `BODY_INVALID` for a form that is broken or has no file, `BODY_TOO_LARGE` for more than `maxFiles` files.
 */
export function readPhotos(bytes: Uint8Array, contentType: string | null, maxFiles: number): SentPhotos {
  if (contentType === null || !/^\s*multipart\/form-data\s*(;|$)/i.test(contentType)) {
    return { isForm: false, photos: [{ bytes }] };
  }
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw invalidForm('Expected a boundary in the Content-Type of the form.');
  const maxParts = maxFiles + maxOtherFields;
  const parts = parseForm(bytes, boundary, maxParts);
  if (parts === undefined) {
    throw invalidForm('Expected a whole multipart/form-data body but found a broken one.');
  }
  const photos = parts.flatMap(({ fileName, content }) =>
    fileName === undefined ? [] : [{ name: fileName, bytes: content }],
  );
  if (photos.length > maxFiles || parts.length > maxParts) throw tooManyError(maxFiles);
  if (photos.length === 0) throw invalidForm('Expected a form with files but found none.');
  return { isForm: true, photos };
}

function invalidForm(message: string): RegraftError {
  const hint =
    'Send files as `curl -F photos=@a.jpg -F photos=@b.jpg` does, or one photo as the body itself.';
  return new RegraftError('BODY_INVALID', message, { hint });
}

function tooManyError(maxFiles: number): RegraftError {
  return new RegraftError('BODY_TOO_LARGE', `Expected at most ${maxFiles} photos in a form but found more.`, {
    hint: 'Send them in several requests.',
  });
}
