import { expect, it } from 'vitest';
import { openMemoryScreen } from '../testing/memory-screen.ts';

it.each([
  ['tty', {}, true],
  ['file', {}, false],
  ['tty', { NO_COLOR: '1' }, false],
  ['tty', { NO_COLOR: '' }, true],
  ['tty', { TERM: 'dumb' }, false],
  ['file', { FORCE_COLOR: '1' }, true],
  ['file', { FORCE_COLOR: '0' }, false],
  ['file', { CI: 'true' }, false],
  ['tty', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
] as const)('a %s with %j has colours: %s', (kind, env, colours) => {
  const { screen } = openMemoryScreen(kind, env);
  expect(screen.colors.red('x') !== 'x').toBe(colours);
});
