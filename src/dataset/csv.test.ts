import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatCsvRow, readCsv } from './csv.ts';
import { readTable } from './csv-table.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-csv-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function save(content: string | Uint8Array): Promise<string> {
  const file = join(folder, 'list.csv');
  await writeFile(file, content);
  return file;
}

async function rowsOf(content: string | Uint8Array): Promise<(readonly string[])[]> {
  const rows = [];
  for await (const row of readCsv(await save(content))) rows.push(row.fields);
  return rows;
}

describe('readCsv', () => {
  it('reads quoted fields with commas, quotes and line ends', async () => {
    expect(await rowsOf('a,"b, c","say ""hi""","two\r\nlines"\n')).toEqual([
      ['a', 'b, c', 'say "hi"', 'two\r\nlines'],
    ]);
  });

  it('takes any line end, with or without one at the end of the file', async () => {
    expect(await rowsOf('a,b\r\nc,d\re,f\ng,h')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
      ['g', 'h'],
    ]);
  });

  it('drops a byte order mark and blank lines but keeps empty cells', async () => {
    expect(await rowsOf('\ufeffpath,label\n\n\r\n,\n""\n')).toEqual([['path', 'label'], ['', ''], ['']]);
  });

  it('keeps a quote in the middle of an unquoted field', async () => {
    expect(await rowsOf('5" pipe.jpg,x')).toEqual([['5" pipe.jpg', 'x']]);
  });

  it('reads characters that are cut by the read buffer', async () => {
    const names = Array.from({ length: 9000 }, (_, index) => `ü${'€😀'.repeat(index % 3)}${index}`);
    expect(await rowsOf(names.map((name) => `${name},x`).join('\r\n'))).toEqual(
      names.map((name) => [name, 'x']),
    );
  });

  it('tells the line and column of each field', async () => {
    const rows = [];
    for await (const row of readCsv(await save('a,b\r\n"x\r\ny",z\r\nlast,😀,q'))) rows.push(row);
    expect(rows.map(({ line, columns }) => ({ line, columns }))).toEqual([
      { line: 1, columns: [1, 3] },
      { line: 2, columns: [1, 4] },
      { line: 4, columns: [1, 6, 8] },
    ]);
  });

  it('says where a quote opens that is never closed', async () => {
    await expect(rowsOf('a,b\nc,"d\ne,f')).rejects.toMatchObject({
      code: 'INVALID_CSV',
      message: expect.stringMatching(/list\.csv, line 2, column 3: a quote opens here/) as string,
    });
  });

  it('does not read a whole file into a field whose quote is left open', async () => {
    await expect(rowsOf(`a,"${'x'.repeat(200_000)}`)).rejects.toMatchObject({ code: 'INVALID_CSV' });
  });

  it('refuses characters after a closing quote', async () => {
    await expect(rowsOf('a\n"b"c,d')).rejects.toMatchObject({
      message: expect.stringMatching(/line 2, column 4: .*found "c"/) as string,
    });
  });

  it('refuses text that is not UTF-8', async () => {
    await expect(rowsOf(Buffer.from('path,label\n\xe9,x', 'latin1'))).rejects.toMatchObject({
      code: 'INVALID_CSV',
    });
    await expect(rowsOf(Buffer.from('\ufeffpath,label', 'utf16le'))).rejects.toMatchObject({
      code: 'INVALID_CSV',
    });
    await expect(rowsOf(Buffer.from([0x61, 0xe2, 0x82]))).rejects.toMatchObject({ code: 'INVALID_CSV' });
  });
});

describe('formatCsvRow', () => {
  it('writes rows that read back as they were', async () => {
    const rows = [
      ['plain', 'with, comma', 'with "quotes"'],
      ['line\nend', 'return\rhere', ' spaces '],
      ['', 'ünï', '"'],
    ];
    expect(await rowsOf(rows.map(formatCsvRow).join(''))).toEqual(rows);
  });
});

describe('readTable', () => {
  const layout = {
    columns: ['path', 'label'],
    required: [['path'], ['label']],
    code: 'INVALID_CSV',
  } as const;
  const read = async (content: string): Promise<unknown[]> => {
    const rows = [];
    for await (const row of readTable(await save(content), layout)) {
      rows.push([row.cell('path'), row.cell('label')]);
    }
    return rows;
  };

  it('finds columns in any order and case, among others', async () => {
    expect(await read('Label , note,PATH\ncat,n,a.jpg\n')).toEqual([['a.jpg', 'cat']]);
  });

  it('asks for the header when it is missing', async () => {
    await expect(read('a.jpg,cat\n')).rejects.toMatchObject({
      code: 'INVALID_CSV',
      message: expect.stringMatching(
        /line 1, column 1: expected a header with the columns path and label, found "a.jpg", "cat"/,
      ) as string,
      hint: expect.stringContaining('path,label') as string,
    });
    await expect(read('')).rejects.toMatchObject({ code: 'INVALID_CSV' });
  });

  it('recognises another separator', async () => {
    await expect(read('path;label\na.jpg;cat')).rejects.toMatchObject({
      hint: expect.stringContaining('";"') as string,
    });
  });

  it('refuses a column that is there twice, and rows of another length', async () => {
    await expect(read('path,label,path\n')).rejects.toThrow(
      /line 1, column 12: the column path is there twice/,
    );
    await expect(read('path,label\na,b\na,b,c\n')).rejects.toThrow(
      /line 3, column 5: expected 2 cells .* found 3/,
    );
    await expect(read('path,label\na\n')).rejects.toThrow(/line 2, column 1: expected 2 cells .* found 1/);
  });
});
