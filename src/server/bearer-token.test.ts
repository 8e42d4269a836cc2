import { expect, it } from 'vitest';
import { bearerCheck } from './bearer-token.ts';

const check = bearerCheck('secret-1');

it.each(['Bearer secret-1', 'bearer secret-1', 'Bearer  secret-1 '])('takes %j', (header) => {
  expect(() => check(header)).not.toThrow();
});

it.each([null, '', 'secret-1', 'Basic secret-1', 'Bearer', 'Bearer ', 'Bearer secret-10', 'Bearer SECRET-1'])(
  'refuses %j',
  (header) => {
    expect(() => check(header)).toThrow(expect.objectContaining({ code: 'UNAUTHORIZED' }));
  },
);
