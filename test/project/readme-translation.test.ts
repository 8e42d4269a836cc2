import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { findSamples } from './readme-samples.ts';

const [english, chinese] = await Promise.all(
  ['README.md', 'README.zh-CN.md'].map((name) => readFile(new URL(`../../${name}`, import.meta.url), 'utf8')),
);

/** Both texts, or the test fails where they differ in what a translation leaves alone. */
function expectSame(find: (text: string) => unknown): void {
  const found = find(english ?? '');
  expect(found).not.toEqual([]);
  expect(find(chinese ?? '')).toEqual(found);
}

const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, match = '']) => match);

it('both READMEs have the same headings in the same places', () => {
  expectSame((text) => all(text, /^(#+) /gm));
});

it('both have the same samples and outputs, but for comments', () => {
  expectSame((text) =>
    all(text, /^```\w+\n([^]*?)^```$/gm).map((code) => code.replaceAll(/ {2,}# .*$/gm, '').trim()),
  );
  expectSame((text) => findSamples(text).map(({ language }) => language));
});

it('both have the same tables and lists', () => {
  expectSame((text) => all(text, /^(\||- )/gm));
});

it('both give the same figures', () => {
  expectSame((text) => all(text, /(\d+\.\d+)/g).sort());
});

it('both lead to the same places', () => {
  const languages = ['README.md', 'README.zh-CN.md'];
  expectSame((text) =>
    all(text, /\]\(([^)#]+)\)/g)
      .filter((target) => !languages.includes(target))
      .sort(),
  );
  expect(english).toContain('](README.zh-CN.md)');
  expect(chinese).toContain('](README.md)');
});

it.each([
  ['README.md', english],
  ['README.zh-CN.md', chinese],
])('links inside %s lead to a heading', (_, text = '') => {
  const anchors = all(text, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
  for (const target of all(text, /\]\(#([^)]+)\)/g)) expect(anchors).toContain(target);
});
