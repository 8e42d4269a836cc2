/** The formats that Regraft decodes. */
export const decodableFormats = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;

/** A format that Regraft decodes. */
export type DecodableFormat = (typeof decodableFormats)[number];

const remedies = {
  heic: 'HEIC photos are not decoded: export them as JPEG (on an iPhone: Settings → Camera → Formats → Most Compatible; or `heif-convert`).',
  bmp: 'BMP images are not decoded: convert them to PNG, which loses nothing (for example `magick mogrify -format png *.bmp`).',
  svg: 'SVG drawings are not decoded: export them as PNG at the size you want (for example `rsvg-convert drawing.svg -o drawing.png`).',
  jxl: 'JPEG XL images are not decoded: convert them to JPEG or PNG (for example `djxl photo.jxl photo.jpg`).',
  jp2: 'JPEG 2000 images are not decoded: convert them to PNG (for example `opj_decompress -i photo.jp2 -o photo.png`).',
  ico: 'Icon files are not decoded: save the largest of the pictures they hold as PNG.',
  psd: 'Photoshop documents are not decoded: export them as JPEG or PNG.',
  pnm: 'PBM, PGM and PPM images are not decoded: convert them to PNG, which loses nothing (for example `magick mogrify -format png *.ppm`).',
  raw: "Camera raw files are not decoded: export them as JPEG or TIFF with the camera's software, darktable or RawTherapee.",
} as const;

/** A format that Regraft recognises in order to name it, but does not decode. */
export type UnsupportedFormat = keyof typeof remedies;

/** An image format, as told by a file's first bytes. */
export type ImageFormat = DecodableFormat | UnsupportedFormat;

/** The number of bytes from a file's start that {@link sniffFormat} can make use of. */
export const sniffByteCount = 4096;

/**
 * Tells an image's format by its content, whatever the file's name says.
 *
 * @param head the file's first bytes, {@link sniffByteCount} of them when there are as many
 * @returns undefined when the bytes begin no image that Regraft knows
 */
export function sniffFormat(head: Uint8Array): ImageFormat | undefined {
  for (const [format, matches] of signatures) {
    if (matches(head)) return format;
  }
  return undefined;
}

/** Tells whether Regraft decodes a format. */
export function isDecodable(format: ImageFormat): format is DecodableFormat {
  return !(format in remedies);
}

/** Says in one sentence that a format is not decoded, and what to do about it. */
export function remedyFor(format: UnsupportedFormat): string {
  return remedies[format];
}

/** In this order: camera raw files are often TIFF by their signature. */
const signatures: readonly (readonly [ImageFormat, (head: Uint8Array) => boolean])[] = [
  ['jpeg', (head) => startsWith(head, '\xff\xd8\xff')],
  ['png', (head) => startsWith(head, '\x89PNG\r\n\x1a\n')],
  ['webp', (head) => startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8)],
  ['gif', (head) => startsWith(head, 'GIF87a') || startsWith(head, 'GIF89a')],
  ['raw', isRaw],
  ['tiff', isTiff],
  ['avif', (head) => brands(head).some((brand) => brand === 'avif' || brand === 'avis')],
  ['heic', (head) => brands(head).some((brand) => heicBrands.has(brand))],
  ['bmp', isBmp],
  ['jxl', (head) => startsWith(head, '\xff\x0a') || startsWith(head, '\0\0\0\x0cJXL \r\n\x87\n')],
  ['jp2', (head) => startsWith(head, '\xff\x4f\xff\x51') || startsWith(head, '\0\0\0\x0cjP  \r\n\x87\n')],
  [
    'ico',
    (head) =>
      (startsWith(head, '\0\0\x01\0') || startsWith(head, '\0\0\x02\0')) && head[4] !== 0 && head[5] === 0,
  ],
  ['psd', (head) => startsWith(head, '8BPS')],
  ['pnm', (head) => /^P[1-7]\s+[#\dW]/.test(latin1(head, 0, 64))],
  ['svg', (head) => /^<(?:[\w.-]+:)?svg[\s>/]/.test(skipProlog(text(head)))],
];

const heicBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1']);

/** The major brand of an ISO base media file and its compatible ones: https://www.iso.org/standard/83102.html */
function brands(head: Uint8Array): string[] {
  if (!startsWith(head, 'ftyp', 4)) return [];
  const boxSize = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0);
  const found = [latin1(head, 8, 4)];
  for (let at = 16; at + 4 <= Math.min(boxSize, head.length); at += 4) found.push(latin1(head, at, 4));
  return found;
}

function isTiff(head: Uint8Array): boolean {
  return ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((mark) => startsWith(head, mark));
}

const rawMarks = ['FUJIFILMCCD-RAW', 'IIRO', 'IIRS', 'MMOR', 'IIU\0', 'FOVb', '\0MRM'];

/**
 * DNG, NEF, ARW and CR2 are TIFF files whose first picture is a small preview, so decoding them as TIFF would quietly
 * give that: they are told by the preview's flag, or by DNG's own tag.
 */
function isRaw(head: Uint8Array): boolean {
  if (rawMarks.some((mark) => startsWith(head, mark)) || startsWith(head, 'HEAPCCDR', 6)) return true;
  if (startsWith(head, 'ftypcrx ', 4)) return true;
  if (!startsWith(head, 'II*\0') && !startsWith(head, 'MM\0*')) return false;
  if (startsWith(head, 'CR', 8)) return true;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const little = head[0] === 0x49;
  const directory = head.length < 8 ? head.length : view.getUint32(4, little);
  if (directory + 2 > head.length) return false;
  const entries = view.getUint16(directory, little);
  for (let at = directory + 2, left = entries; left > 0 && at + 12 <= head.length; at += 12, left--) {
    const tag = view.getUint16(at, little);
    if (tag === 0xc612 /* DNGVersion */) return true;
    if (tag === 0xfe /* NewSubfileType */ && (view.getUint32(at + 8, little) & 1) === 1) return true;
  }
  return false;
}

function isBmp(head: Uint8Array): boolean {
  if (!startsWith(head, 'BM') || head.length < 18) return false;
  const headerSize = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(14, true);
  return [12, 16, 40, 52, 56, 64, 108, 124].includes(headerSize);
}

function text(head: Uint8Array): string {
  if (startsWith(head, '\xff\xfe')) return new TextDecoder('utf-16le').decode(head);
  if (startsWith(head, '\xfe\xff')) return new TextDecoder('utf-16be').decode(head);
  return new TextDecoder('utf-8').decode(head);
}

/** Drops what may precede the root element: white space, the XML declaration, comments and the document type. */
function skipProlog(xml: string): string {
  return xml.replace(/^(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^[>]*(?:\[.*?\]\s*)?>)+/is, '');
}

function latin1(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}

/** Compares with a string whose characters stand for one byte each. */
function startsWith(bytes: Uint8Array, mark: string, at = 0): boolean {
  if (bytes.length < at + mark.length) return false;
  for (let index = 0; index < mark.length; index++) {
    if (bytes[at + index] !== mark.charCodeAt(index)) return false;
  }
  return true;
}
