import { errnoCode } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';

/** What becomes of an error that reading a file of a finished run gave: one that names the file and says what to do. */
export function runFileError(file: string, cause: unknown): unknown {
  const hint = 'Train it again, or copy the whole folder again from where it came.';
  if (cause instanceof RegraftError) {
    return cause.code === 'INVALID_CSV' || cause.code === 'INVALID_SPLIT'
      ? new RegraftError('RUN_INVALID', cause.message, { hint, cause })
      : cause;
  }
  const code = errnoCode(cause);
  if (code === undefined) return cause;
  const problem = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
  return new RegraftError(
    'RUN_INVALID',
    `Expected ${file} beside the run's other files, but it ${problem}.`,
    {
      hint,
      cause,
    },
  );
}
