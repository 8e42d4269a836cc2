import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dataset } from './dataset.ts';
import { scanDataset } from './scan.ts';
import { formatSplitCsv } from './split-csv.ts';
import { makePhotoFolder, type PhotoFolder } from './testing/photo-folder.ts';

async function scanCsv(
  folder: PhotoFolder,
  csv: string,
  options: { classes?: string[]; nested?: boolean } = {},
): Promise<Dataset> {
  const file = join(folder.path, 'list.csv');
  await writeFile(file, csv);
  return scanDataset(file, { home: folder.home, ...options });
}

function labelled({ photos, classes }: Dataset): string[] {
  return photos.map(
    ({ path, labels = [], part }) =>
      `${path} = ${labels.map((label) => classes[label]).join('+')}${part === undefined ? '' : ` (${part})`}`,
  );
}

describe('scanDataset on a CSV with the column labels', () => {
  it('gives each photo all its labels, spaces around names dropped, photos without labels last', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2', 'c.jpg': '3', 'd.jpg': '4' });
    const dataset = await scanCsv(
      folder,
      'path,labels,split\na.jpg,sea ; boat,val\nb.jpg,boat,\nc.jpg,,test\nd.jpg,Strand;boat; sea;boat,\n',
    );
    expect(dataset).toMatchObject({ task: 'multi-label', classes: ['boat', 'sea', 'Strand'] });
    expect(labelled(dataset)).toEqual([
      'a.jpg = boat+sea (validation)',
      'b.jpg = boat',
      'd.jpg = boat+sea+Strand',
      'c.jpg =  (test)',
    ]);
    expect(dataset.photos.map(({ label }) => label)).toEqual([0, 0, 0, -1]);
    expect(dataset.notices).toEqual([
      '1 photo has no label and counts as an example of none of the classes.',
    ]);
  });

  it('takes | between names as well', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2' });
    const dataset = await scanCsv(folder, 'labels,path\nx|y,a.jpg\ny,b.jpg\n');
    expect(labelled(dataset)).toEqual(['a.jpg = x+y', 'b.jpg = y']);
  });

  it('is a single-label data set with the column label', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2' });
    const dataset = await scanCsv(folder, 'path,label\na.jpg,x;y\nb.jpg,y\n');
    expect(dataset).toMatchObject({ task: 'single-label', classes: ['x;y', 'y'] });
    expect(dataset.photos.map(({ labels }) => labels)).toEqual([undefined, undefined]);
  });

  it('joins the labels of rows that name a photo again, and of copies under other names', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2', 'copy.jpg': '1' });
    const dataset = await scanCsv(
      folder,
      'path,labels\na.jpg,x\n./a.jpg,y\na.jpg,y;x\nb.jpg,z\ncopy.jpg,z\n',
    );
    expect(labelled(dataset)).toEqual(['a.jpg = x+y+z', 'copy.jpg = x+y+z', 'b.jpg = z']);
    expect(dataset.skipped).toEqual([]);
    expect(dataset.notices).toEqual([
      '1 row of the CSV repeats an earlier one.',
      '1 row of the CSV names a photo of an earlier one; their labels were joined.',
      '1 photo is an exact copy of another; copies always share their labels and their part.',
    ]);
  });

  it('moves copies in several parts to the most protected one', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'copy.jpg': '1', 'b.jpg': '2' });
    const dataset = await scanCsv(
      folder,
      'path,labels,split\na.jpg,x,train\ncopy.jpg,y,test\nb.jpg,y,train\n',
    );
    expect(labelled(dataset)).toEqual([
      'a.jpg = x+y (test)',
      'copy.jpg = x+y (test)',
      'b.jpg = y (training)',
    ]);
  });

  it('refuses a CSV in which no photo has a label', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2' });
    await expect(scanCsv(folder, 'path,labels\na.jpg,\nb.jpg, \n')).rejects.toMatchObject({
      code: 'NO_CLASSES',
      hint: 'None of its 2 photos has a label: fill in the column labels, several names separated by ";".',
    });
  });

  it.each([
    [
      'path,label,labels\na.jpg,x,y',
      /line 1, column 12: expected one of the columns label and labels, found both/,
    ],
    ['path,labels,label\na.jpg,x,y', /line 1, column 6: expected one of the columns/],
    ['path,labels\na.jpg,x;;y', /line 2, column 7: expected a name on both sides of ";", found "x;;y"/],
    ['path,labels\na.jpg,x|', /line 2, column 7: expected a name on both sides of "\|"/],
    ['path,labels\na.jpg,;', /line 2, column 7: expected a name on both sides/],
    ['path,labels\na.jpg,x;y\nb.jpg,x|y', /line 3, column 7: .*separated by ";" as in line 2, found "\|"/],
    ['path,labels\na.jpg,x|y;z', /line 2, column 7: .*separated by ".*" as in this cell/],
    ['path,labels,split\na.jpg,x,val\na.jpg,y,test', /line 3, column 9: .*line 2 puts it into another part/],
  ])('refuses %j with file, line and column', async (csv, message) => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2' });
    await expect(scanCsv(folder, csv)).rejects.toMatchObject({
      code: 'INVALID_CSV',
      message: expect.stringMatching(new RegExp(`list\\.csv, ${message.source}`)) as string,
      hint: expect.any(String) as string,
    });
  });

  it('refuses nested, as the classes stand in the CSV', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1' });
    await expect(scanCsv(folder, 'path,labels\na.jpg,x\n', { nested: true })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('list.csv') as string,
    });
  });

  it('writes the labels of a split file into one cell', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2' });
    const dataset = await scanCsv(folder, 'path,labels\na.jpg,x|y\nb.jpg,\n');
    const [a, b] = dataset.photos.map(({ sha256 }) => sha256);
    expect(formatSplitCsv(dataset, { parts: ['training', 'test'] })).toBe(
      `path,labels,sha256,split\na.jpg,x;y,${a},training\nb.jpg,,${b},test\n`,
    );
  });
});

describe('scanDataset with chosen classes', () => {
  it('leaves out folders of other names and says so', async () => {
    await using folder = await makePhotoFolder({
      'cat/a.jpg': '1',
      'dog/b.jpg': '2',
      'dog/puppy/c.jpg': '3',
      'owl/d.jpg': '4',
    });
    const dataset = await scanDataset(folder.path, { home: folder.home, classes: ['dog', 'cat'] });
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.photos.map(({ path }) => path)).toEqual(['cat/a.jpg', 'dog/b.jpg', 'dog/puppy/c.jpg']);
    expect(dataset.notices).toEqual(['Left out, as they are none of the classes asked for: owl.']);
  });

  it('names nested classes by their paths', async () => {
    await using folder = await makePhotoFolder({ 'a/b/1.jpg': '1', 'a/2.jpg': '2', 'c/3.jpg': '3' });
    const options = { home: folder.home, nested: true, classes: ['a/b', 'c'] };
    const dataset = await scanDataset(folder.path, options);
    expect(dataset.photos.map(({ path }) => path)).toEqual(['a/b/1.jpg', 'c/3.jpg']);
  });

  it('says which class has no photo, and which name was perhaps meant', async () => {
    await using folder = await makePhotoFolder({ 'tulips/a.jpg': '1', 'roses/b.jpg': '2' });
    await expect(
      scanDataset(folder.path, { home: folder.home, classes: ['tulip', 'roses'] }),
    ).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: `Expected photos of each of the classes asked for in ${folder.path} but found none of "tulip".`,
      hint: 'Did you mean "tulips"?',
    });
  });

  it.each([
    ['path,label\na.jpg,x\nb.jpg,Tulips', /line 3, column 7: .*\(tulips, x\), found "Tulips"/],
    ['path,labels\na.jpg,x;tulips\nb.jpg,tulipa;x', /line 3, column 7: .*found "tulipa"/],
  ])('refuses a label of %j that is none of them, with the nearest', async (csv, message) => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2' });
    await expect(scanCsv(folder, csv, { classes: ['tulips', 'x'] })).rejects.toMatchObject({
      code: 'INVALID_CSV',
      message: expect.stringMatching(message) as string,
      hint: 'Did you mean "tulips"? Correct the cell, or add it to the classes.',
    });
  });

  it('refuses a class that no row of the CSV has', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2' });
    await expect(
      scanCsv(folder, 'path,labels\na.jpg,x\nb.jpg,y\n', { classes: ['x', 'y', 'z'] }),
    ).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('found none of "z"') as string,
    });
  });
});
