import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodableFormats, isDecodable, remedyFor, sniffFormat } from './sniff.ts';
import type { UnsupportedFormat } from './sniff.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const ftyp = (major: string, ...compatible: string[]): Uint8Array => {
  const size = 16 + 4 * compatible.length;
  return latin1(`\0\0\0${String.fromCharCode(size)}ftyp${major}\0\0\0\0${compatible.join('')}junk`);
};

/** A little-endian TIFF header with one directory entry of type LONG. */
function tiffWithEntry(tag: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(26);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(1, 8);
  bytes.writeUInt16LE(tag, 10);
  bytes.writeUInt16LE(4, 12);
  bytes.writeUInt32LE(1, 14);
  bytes.writeUInt32LE(value, 18);
  return bytes;
}

describe('sniffFormat', () => {
  it.each(decodableFormats)('recognises a real %s file', async (format) => {
    const file = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#a05020' } })
      .toFormat(format)
      .toBuffer();
    expect(sniffFormat(file)).toBe(format);
  });

  it.each<[string, string, Uint8Array]>([
    ['an iPhone photo', 'heic', ftyp('heic', 'mif1', 'MiHE')],
    ['a HEIF sequence', 'heic', ftyp('hevc', 'msf1')],
    ['a HEIF file of unnamed coding', 'heic', ftyp('mif1', 'miaf')],
    ['an AVIF file whose major brand is mif1', 'avif', ftyp('mif1', 'avif', 'miaf')],
    ['an AVIF sequence', 'avif', ftyp('avis', 'msf1')],
    ['a Canon CR3', 'raw', ftyp('crx ', 'isom')],
    ['a Canon CR2', 'raw', latin1('II*\0\x10\0\0\0CR\x02\0')],
    ['a Fujifilm RAF', 'raw', latin1('FUJIFILMCCD-RAW 0201')],
    ['a DNG by its version tag', 'raw', tiffWithEntry(0xc612, 4)],
    ['a NEF whose first picture is a preview', 'raw', tiffWithEntry(0xfe, 1)],
    ['a TIFF whose first picture is whole', 'tiff', tiffWithEntry(0xfe, 0)],
    ['a big-endian TIFF', 'tiff', latin1('MM\0*\0\0\0\x08')],
    ['a BigTIFF', 'tiff', latin1('II+\0\x08\0\0\0')],
    ['a Windows bitmap', 'bmp', latin1('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
    ['a JPEG XL codestream', 'jxl', latin1('\xff\x0a\xfa\x1f')],
    ['a JPEG XL container', 'jxl', latin1('\0\0\0\x0cJXL \r\n\x87\n')],
    ['a JPEG 2000 file', 'jp2', latin1('\0\0\0\x0cjP  \r\n\x87\n')],
    ['an icon', 'ico', latin1('\0\0\x01\0\x01\0\x10\x10')],
    ['a Photoshop document', 'psd', latin1('8BPS\0\x01')],
    ['a PGM', 'pnm', latin1('P5\n# face\n92 112\n255\n')],
    ['a bare SVG', 'svg', latin1('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['an SVG with a namespace prefix', 'svg', latin1('<svg:svg xmlns:svg="http://www.w3.org/2000/svg">')],
    [
      'an SVG behind a byte order mark, declaration, comment and document type',
      'svg',
      Buffer.from(
        '\ufeff<?xml version="1.0"?>\n<!-- Créé à la main -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [\n<!ENTITY a "b">\n]>\n<svg width="1">',
      ),
    ],
    ['an SVG in UTF-16', 'svg', Buffer.from('\ufeff<?xml version="1.0" encoding="utf-16"?><svg>', 'utf16le')],
  ])('recognises %s', (_, format, head) => {
    expect(sniffFormat(head)).toBe(format);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['a page of HTML with an SVG inside', latin1('<!doctype html><html><body><svg width="9">')],
    ['XML of another kind', latin1('<?xml version="1.0"?><note>svg</note>')],
    ['text', latin1('BMW owners met on P1 2')],
    ['an MP4 film', ftyp('isom', 'avc1')],
    ['a WAV sound', latin1('RIFF\x24\0\0\0WAVEfmt ')],
    ['the first two bytes of a JPEG', latin1('\xff\xd8')],
    ['a PNG damaged by a text-mode transfer', latin1('\x89PNG\n\x1a\n')],
    ['a TIFF mark alone with a directory beyond the head', latin1('II')],
  ])('takes %s for no image', (_, head) => {
    expect(sniffFormat(head)).toBeUndefined();
  });

  it('reads no byte beyond a view on a larger buffer', () => {
    const file = latin1('\xff\xd8\xff\xe0');
    expect(sniffFormat(file.subarray(0, 2))).toBeUndefined();
    expect(sniffFormat(latin1('junk\xff\xd8\xff').subarray(4))).toBe('jpeg');
  });
});

describe('remedyFor', () => {
  it('says for every unsupported format what to do', () => {
    const formats: UnsupportedFormat[] = ['heic', 'bmp', 'svg', 'jxl', 'jp2', 'ico', 'psd', 'pnm', 'raw'];
    for (const format of formats) {
      expect(isDecodable(format)).toBe(false);
      expect(remedyFor(format)).toMatch(/^[A-Z].* not decoded: .+\.$/);
    }
    expect(remedyFor('heic')).toContain('Most Compatible');
  });
});
