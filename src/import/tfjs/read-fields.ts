import type { ZodType } from 'zod';
import { RegraftError } from '../../errors.ts';

/**
 * Checks a part of a JSON file against its schema.
 *
 * @param where - The part and its file, for errors: `layer conv1 of model.json`.
 * @throws RegraftError `BACKBONE_INVALID` naming the first field that does not fit, what was expected and what was found.
 */
export function readFields<T>(schema: ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  // Zod says "Invalid input: expected string, received number"; schemas with a text of their own say only what they expect.
  const expected = (issue?.message ?? 'another value')
    .replace(/^[^:]*: expected /, '')
    .replace(/, received .*$/, '');
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected ${expected} in field ${path.join('.') || '(all)'} of ${where}, but found ${describe(at(value, path))}.`,
    { hint: 'The file may be damaged: fetch or convert it again.' },
  );
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
