import { RegraftError } from '../errors.ts';

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

/**
 * Takes the photos out of a body: the files of a `multipart/form-data`, in their order, or else the whole body as one photo, whatever its type says.
 *
 * @throws RegraftError `BODY_INVALID` for a form that is broken or has no file, `BODY_TOO_LARGE` for more than `maxFiles` files.
 */
export async function readPhotos(
  bytes: Uint8Array,
  contentType: string | null,
  maxFiles: number,
): Promise<SentPhotos> {
  if (contentType === null || !/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    return { isForm: false, photos: [{ bytes }] };
  }
  checkPartCount(bytes, contentType, maxFiles);
  const files = [...(await parseForm(bytes, contentType)).values()].filter((value) => value instanceof File);
  if (files.length === 0) throw brokenFormError('Expected a form with files but found none.');
  if (files.length > maxFiles) throw tooManyError(maxFiles);
  const photos = await Promise.all(
    files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
  return { isForm: true, photos };
}

async function parseForm(bytes: Uint8Array, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': contentType } }).formData();
  } catch (error) {
    throw brokenFormError('Expected a whole multipart/form-data body but found a broken one.', error);
  }
}

// The parser keeps the thread for as long as there are parts, and a body of 20 MB can hold 300,000 empty ones.
function checkPartCount(bytes: Uint8Array, contentType: string, maxFiles: number): void {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)?.slice(1).join('') ?? '';
  if (boundary === '') throw brokenFormError('Expected a boundary in the Content-Type of the form.');
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Text fields beside the files are left alone, but they count.
  const most = maxFiles + 16;
  for (let at = body.indexOf(`--${boundary}`), parts = 0; at !== -1; parts++) {
    if (parts > most) throw tooManyError(maxFiles);
    at = body.indexOf(`--${boundary}`, at + 1);
  }
}

function brokenFormError(message: string, cause?: unknown): RegraftError {
  const hint = 'Send files as `curl -F photos=@a.jpg -F photos=@b.jpg` does, or one photo as the body itself.';
  return new RegraftError('BODY_INVALID', message, { hint, cause });
}

function tooManyError(maxFiles: number): RegraftError {
  return new RegraftError('BODY_TOO_LARGE', `Expected at most ${maxFiles} photos in a form but found more.`, {
    hint: 'Send them in several requests.',
  });
}
