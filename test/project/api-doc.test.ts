import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderApi } from '../../scripts/render-api.ts';

it('docs/api.md is what `npm run docs:api` writes', { timeout: 120_000 }, async () => {
  const written = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
  const rendered = await renderApi();
  expect(rendered).toContain('### train()');
  // Not compared as a whole: the difference would fill the screen.
  const first = rendered.split('\n').findIndex((line, index) => line !== written.split('\n')[index]);
  expect(rendered === written, `line ${first + 1} differs: run npm run docs:api`).toBe(true);
});
