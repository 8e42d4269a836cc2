import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { errorCodes } from '../../src/errors.ts';

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const sections = page.split(/^### /m).slice(1);

it('docs/errors.md explains exactly the error codes that exist, in their order', () => {
  expect(sections.map((section) => section.split('\n')[0])).toEqual(Object.keys(errorCodes));
});

it.each(sections)('docs/errors.md gives cause and remedy: %s', (section) => {
  expect(section).toMatch(/^Cause: \S.{10,}/m);
  expect(section).toMatch(/^Remedy: \S.{10,}/m);
});
