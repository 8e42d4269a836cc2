import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { regraftHome } from './home.ts';

const user = join(homedir(), '.cache', 'regraft');

it.each([
  [
    'REGRAFT_HOME goes first, also a relative one',
    { REGRAFT_HOME: 'here', XDG_CACHE_HOME: '/x' },
    resolve('here'),
  ],
  ['then XDG_CACHE_HOME', { XDG_CACHE_HOME: '/x' }, join('/x', 'regraft')],
  ['unless it is relative', { XDG_CACHE_HOME: 'x' }, user],
  ['or empty', { XDG_CACHE_HOME: '', REGRAFT_HOME: '' }, user],
  ["else the user's own", {}, user],
])('%s', (_, env, home) => {
  expect(regraftHome(env, 'linux')).toBe(home);
});
