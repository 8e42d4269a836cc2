/** One part of a form. */
export interface FormPart {
  /** The file's name; undefined for a field that is no file. */
  readonly fileName: string | undefined;
  /** A view of the body: nothing is copied. */
  readonly content: Uint8Array;
}

const maxHeadBytes = 16_384;

/**
 * Takes a `multipart/form-data` body apart: https://www.rfc-editor.org/rfc/rfc7578 and, for its frame, https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1.
 * It stops behind `maxParts` parts, so that a body of a million empty ones costs nothing.
 *
 * @returns undefined when the body is broken, or ends before its last delimiter
 */
export function parseForm(bytes: Uint8Array, boundary: string, maxParts: number): FormPart[] | undefined {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const first = delimiter.subarray(2);
  // The first delimiter may begin the body, or follow a preamble.
  const opens = body.subarray(0, first.length).equals(first);
  let at = opens ? first.length : endOf(body, delimiter, 0);
  const parts: FormPart[] = [];
  while (at !== undefined && parts.length <= maxParts) {
    if (body.toString('latin1', at, at + 2) === '--') return parts;
    // Spaces may follow a delimiter.
    const start = endOf(body, Buffer.from('\r\n'), at);
    if (start === undefined || body.toString('latin1', at, start).trim() !== '') return undefined;
    const headEnd = body.subarray(start, start + maxHeadBytes).indexOf('\r\n\r\n');
    // The delimiter's own line break may follow the empty line of a part without content.
    const contentEnd = headEnd === -1 ? -1 : body.indexOf(delimiter, start + headEnd + 2);
    if (contentEnd === -1) return undefined;
    const head = body.toString('utf8', start, start + headEnd);
    const content = body.subarray(Math.min(start + headEnd + 4, contentEnd), contentEnd);
    parts.push({ fileName: fileNameOf(head), content });
    at = contentEnd + delimiter.length;
  }
  return at === undefined ? undefined : parts;
}

function endOf(body: Buffer, wanted: Buffer, from: number): number | undefined {
  const found = body.indexOf(wanted, from);
  return found === -1 ? undefined : found + wanted.length;
}

/** Reads the name as browsers and curl write it: quotes as `%22` or `\"`, line breaks as `%0D%0A`. */
function fileNameOf(head: string): string | undefined {
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
  const [, quoted, bare] = /;\s*filename=(?:"((?:\\"|[^"])*)"|([^;\s]+))/i.exec(disposition) ?? [];
  const name = quoted ?? bare;
  return name
    ?.replaceAll('\\"', '"')
    .replace(/%(22|0d|0a)/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
