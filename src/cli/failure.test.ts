import { expect, it } from 'vitest';
import { cancelledError, RegraftError } from '../errors.ts';
import { describeFailure } from './failure.ts';

it('an expected failure has its code, message and hint, exit code 1 and no stack', () => {
  expect(describeFailure(new RegraftError('ONE_CLASS', 'Only daisy.', { hint: 'Add a class.' }))).toEqual({
    code: 'ONE_CLASS',
    message: 'Only daisy.',
    hint: 'Add a class.',
    exitCode: 1,
  });
});

it('wrong options end with exit code 2, an interruption with 130', () => {
  expect(describeFailure(new RegraftError('INVALID_OPTION', 'No.')).exitCode).toBe(2);
  expect(describeFailure(cancelledError()).exitCode).toBe(130);
  const abort = Object.assign(new Error('aborted'), { name: 'AbortError' });
  expect(describeFailure(abort, AbortSignal.abort()).exitCode).toBe(130);
  expect(describeFailure(abort).exitCode).toBe(70);
});

it('anything else is a defect, with exit code 70, its stack and how to report it', () => {
  const failure = describeFailure(new TypeError('x is undefined'));
  expect(failure).toMatchObject({ code: 'UNEXPECTED', message: 'x is undefined', exitCode: 70 });
  expect(failure.stack).toContain('failure.test.ts');
  expect(failure.hint).toContain('report');
});
