// Writes docs/api.md.
import { writeFile } from 'node:fs/promises';
import { renderApi } from './render-api.ts';

await writeFile(new URL('../docs/api.md', import.meta.url), await renderApi());
