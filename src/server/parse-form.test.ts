import { describe, expect, it } from 'vitest';
import { parseForm } from './parse-form.ts';

const boundary = 'xyz';
const text = (parts: ReturnType<typeof parseForm>): (string | undefined)[][] | undefined =>
  parts?.map(({ fileName, content }) => [fileName, Buffer.from(content).toString('latin1')]);

function parse(body: string, maxParts = 10): (string | undefined)[][] | undefined {
  return text(parseForm(Buffer.from(body, 'latin1'), boundary, maxParts));
}

const file = (name: string, content: string): string =>
  `--xyz\r\nContent-Disposition: form-data; name="p"; filename="${name}"\r\nContent-Type: image/png\r\n\r\n${content}\r\n`;

describe('parseForm', () => {
  it('reads what the platform writes: bytes of every value, names with quotes and other scripts, fields', async () => {
    const every = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
    const form = new FormData();
    form.append('note', 'a\r\n--b');
    form.append('photos', new File([every], 'a "b".jpg'));
    form.append('photos', new File([], '花.png'));
    form.append('photos', new File(['\r\n--'], 'c.gif'));
    const written = new Response(form);
    const body = new Uint8Array(await written.arrayBuffer());
    const mark = written.headers.get('content-type')?.split('boundary=')[1] ?? '';
    const parts = parseForm(body, mark, 10);
    expect(parts?.map(({ fileName }) => fileName)).toEqual([undefined, 'a "b".jpg', '花.png', 'c.gif']);
    expect(parts?.[1]?.content).toEqual(Buffer.from(every));
    expect(parts?.[2]?.content.length).toBe(0);
    expect(Buffer.from(parts?.[3]?.content ?? []).toString()).toBe('\r\n--');
    expect(parts?.[1]?.content.buffer).toBe(body.buffer);
  });

  it('takes a preamble, an epilogue, spaces behind delimiters, and names without quotes or with escaped ones', () => {
    const bare = file('-', 'one').replace('filename="-"', 'filename=a.jpg').replace('--xyz', '--xyz  ');
    expect(parse(`before\r\n${bare}${file('a\\"b', 'two')}--xyz--\r\nafter`)).toEqual([
      ['a.jpg', 'one'],
      ['a"b', 'two'],
    ]);
  });

  it('takes parts without content, with and without the empty line of their head', () => {
    expect(parse(`${file('a', '')}--xyz--`)).toEqual([['a', '']]);
    expect(parse('--xyz\r\nContent-Disposition: form-data; filename="a"\r\n\r\n--xyz--')).toEqual([
      ['a', ''],
    ]);
  });

  it('gives undefined for every beginning of a form, wherever it breaks off', () => {
    const whole = `${file('a', 'one')}${file('b', 'two')}--xyz--`;
    expect(parse(whole)).toHaveLength(2);
    for (let length = 0; length < whole.length; length++) {
      expect(parse(whole.slice(0, length)), `of ${length} characters`).toBeUndefined();
    }
  });

  it.each([
    ['another boundary', file('a', 'one').replaceAll('xyz', 'abc')],
    ['something else behind a delimiter', `${file('a', 'one').replace('--xyz', '--xyz!')}--xyz--`],
    ['a head without an end', `--xyz\r\n${'h'.repeat(20_000)}\r\n\r\n\r\n--xyz--`],
  ])('gives undefined for %s', (_, body) => {
    expect(parse(body)).toBeUndefined();
  });

  it('stops behind the most parts that are wanted, so that a body of empty ones takes no time', () => {
    const body = Buffer.from(`${'--xyz\r\n\r\n\r\n'.repeat(1_500_000)}--xyz--`);
    const start = performance.now();
    expect(parseForm(body, boundary, 10)).toHaveLength(11);
    expect(performance.now() - start).toBeLessThan(100);
  });
});
