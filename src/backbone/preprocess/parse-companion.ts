import type { z } from 'zod';
import { RegraftError } from '../../errors.ts';

/** A field of a preprocessing file that cannot be honoured. */
export interface CompanionFault {
  readonly field: string;
  /** Completes "Expected … for <field>". */
  readonly expected: string;
  readonly found: unknown;
}

/**
 * Validates a preprocessing file. Keys that the schema does not name are ignored, as the files are others'; null counts as absent.
 *
 * @param prefix - Where in the file the value lies, for errors.
 * @throws RegraftError `BACKBONE_INVALID` naming the first field that does not fit.
 */
export function parseCompanion<T extends z.ZodType>(
  schema: T,
  value: unknown,
  source: string,
  prefix = '',
): z.output<T> {
  const parsed = schema.safeParse(withoutNulls(value));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  throw companionError(source, {
    field: [...(prefix === '' ? [] : [prefix]), ...path].join('.'),
    expected: issue?.message ?? 'another value',
    found: path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value),
  });
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

/** Gives the error for a field of a preprocessing file that cannot be honoured. */
export function companionError(source: string, { field, expected, found }: CompanionFault): RegraftError {
  return new RegraftError(
    'BACKBONE_INVALID',
    `Expected ${expected} for ${field} in ${source} but found ${found === undefined ? 'nothing' : JSON.stringify(found)}.`,
    {
      hint: 'Say how photos are prepared with --input-size, --resize, --kernel and --scaling: with all four the file is not read.',
    },
  );
}
