import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { RegraftError } from '../errors.ts';
import { runFileError } from './run-file-error.ts';

/**
 * Reads a JSON file that a training wrote.
 *
 * @param content - What the file holds, for the message: `the record of a training`.
 * @throws RegraftError `RUN_INVALID` naming the file and the first field that is not as expected.
 */
export async function readRecord<T extends z.ZodType>(
  file: string,
  schema: T,
  content: string,
): Promise<z.output<T>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw runFileError(file, error);
  });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new RegraftError('RUN_INVALID', `Expected ${content} but found no JSON in ${file}.`, {
      hint: 'The file is damaged: train again, or copy the folder again from where it came.',
      cause,
    });
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  throw new RegraftError(
    'RUN_INVALID',
    `Expected ${content} but found something else${field === '' ? '' : ` at ${field}`} in ${file}: ${issue?.message ?? ''}.`,
    {
      hint: 'It was changed, or written by another version of Regraft or for another task: train again with this one.',
    },
  );
}
