import { isDecodable, remedyFor, sniffFormat } from '../image/sniff.ts';
import { errnoCode } from '../atomic-file.ts';
import { RegraftError, type ErrorCode } from '../errors.ts';

/** Why a file cannot be used as a photo. */
export interface PhotoFault {
  readonly code: ErrorCode;
  /** One or more sentences for people, without the path. */
  readonly reason: string;
}

/** Tells by a file's first bytes why it is no photo that Regraft decodes; undefined when it is one. */
export function faultOfContent(head: Uint8Array): PhotoFault | undefined {
  const format = sniffFormat(head);
  if (format === undefined) return { code: 'NOT_AN_IMAGE', reason: describeOther(head) };
  if (isDecodable(format)) return undefined;
  return { code: 'FORMAT_UNSUPPORTED', reason: remedyFor(format) };
}

/**
 * Turns an error of the file system into the reason why a photo cannot be read.
 *
 * @param isLink whether the path is a symbolic link, so that the reason can speak of its target
 */
export function faultOfError(error: unknown, path: string, isLink: boolean): PhotoFault {
  const code = error instanceof RegraftError ? undefined : errnoCode(error);
  switch (code) {
    case undefined:
      throw error;
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return { code: 'PHOTO_NOT_FOUND', reason: describeMissing(path, isLink) };
    case 'ELOOP':
      return { code: 'PHOTO_NOT_FOUND', reason: 'It is a link that leads back to itself.' };
    case 'EACCES':
    case 'EPERM':
      return { code: 'PHOTO_UNREADABLE', reason: `There is no permission to read it (${code}).` };
    default:
      return { code: 'PHOTO_UNREADABLE', reason: `It cannot be read (${code}).` };
  }
}

function describeMissing(path: string, isLink: boolean): string {
  if (isLink) return 'It is a link to something that does not exist.';
  if (path.includes('\ufffd')) return 'Its name is not valid UTF-8, so it cannot be opened: rename it.';
  return 'It does not exist.';
}

const beginnings: readonly (readonly [RegExp | string, string])[] = [
  [
    /^version https:\/\/git-lfs/,
    'It is a pointer of Git LFS, not the photo itself: run `git lfs pull` in its repository.',
  ],
  [
    /^\s*(?:<!--[^]*?-->\s*)?<(?:!doctype html|html|head|body)\b/i,
    'It begins like an HTML page, not like an image: a download probably failed.',
  ],
  [/^\s*<\?xml/i, 'It begins like an XML document, not like an image.'],
  [/^%PDF/, 'It is a PDF document: export its pages as JPEG or PNG.'],
  ['PK\x03\x04', 'It is a ZIP archive: unpack it first.'],
  ['\x1aE\xdf\xa3', 'It is a video: export single frames as JPEG or PNG.'],
  [/^[^]{4}ftyp|^RIFF[^]{4}AVI /, 'It is a video: export single frames as JPEG or PNG.'],
  [/^\s*[{[]\s*["{[\d]/, 'It begins like JSON, not like an image.'],
  [/^[\t\n\r\x20-\x7e]+$/, 'It is text, not an image.'],
];

function describeOther(head: Uint8Array): string {
  const text = Buffer.from(head.subarray(0, 512))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  if (/^\0+$/.test(text)) return 'It begins with zeros only: it was probably not copied completely.';
  const known = beginnings.find(([mark]) =>
    typeof mark === 'string' ? text.startsWith(mark) : mark.test(text),
  );
  return known?.[1] ?? 'It does not begin like any image format that Regraft knows.';
}
