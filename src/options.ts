import { z } from 'zod';
import { RegraftError } from './errors.ts';
import type { OnProgress } from './shared/progress.ts';

// The messages of these schemas complete the sentence "Expected … for <option> but received …".

/** A whole number in a range. */
export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER): z.ZodNumber {
  const range =
    maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  const error = `a whole number ${range}`;
  return z.number({ error }).int({ error }).min(minimum, { error }).max(maximum, { error });
}

/** A number in a range. */
export function numberBetween(minimum: number, maximum: number): z.ZodNumber {
  const error = `a number from ${minimum} to ${maximum}`;
  return z.number({ error }).min(minimum, { error }).max(maximum, { error });
}

/** A finite number above 0. */
export function positiveNumber(): z.ZodNumber {
  const error = 'a number above 0';
  return z.number({ error }).positive({ error });
}

/** A text that is not empty. */
export function text(): z.ZodString {
  const error = 'a text that is not empty';
  return z.string({ error }).min(1, { error });
}

/** True or false. */
export function flag(): z.ZodBoolean {
  return z.boolean({ error: 'true or false' });
}

/** One of some names. */
export function choice<const T extends readonly [string, ...string[]]>(
  names: T,
): z.ZodEnum<{ [K in T[number]]: K }> {
  return z.enum(names, { error: names.map((name) => JSON.stringify(name)).join(' or ') });
}

/** The options that all functions share which compute on many photos. */
export const commonOptions = {
  home: text().optional(),
  workers: wholeNumber(1, 256).optional(),
  maxPixels: wholeNumber(1).optional(),
  onProgress: z
    .custom<OnProgress>((value) => typeof value === 'function', { error: 'a function' })
    .optional(),
  signal: z.instanceof(AbortSignal, { error: 'an AbortSignal' }).optional(),
};

/**
 * Validates options and fills in the defaults; an option that is undefined counts as left out.
 *
 * @param owner - Whose options they are, to begin a sentence with: `The logistic head`.
 * @throws RegraftError `INVALID_OPTION` naming the option, what was expected and what was found.
 */
export function parseOptions<T extends z.ZodType>(
  schema: T,
  given: unknown = {},
  owner: string,
): z.output<T> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidValue(`an object with the options of ${owner}`, 'options', given);
  }
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map((issue) => explain(issue, values, owner));
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const hint = names.length === 0 ? {} : { hint: `The options are ${names.join(', ')}.` };
  throw new RegraftError('INVALID_OPTION', sentences.join(' '), hint);
}

/**
 * Takes a path that a caller gave.
 *
 * @param name - The argument's name, for the message.
 * @throws RegraftError `INVALID_OPTION` when it is no text.
 */
export function parsePath(given: unknown, name: string): string {
  if (typeof given === 'string' && given !== '') return given;
  throw invalidValue('a path', name, given);
}

/** Gives the error for a value that is not what was expected. */
export function invalidValue(expected: string, name: string, given: unknown, hint?: string): RegraftError {
  const message = `Expected ${expected} for ${name} but received ${formatValue(given)}.`;
  return new RegraftError('INVALID_OPTION', message, hint === undefined ? {} : { hint });
}

function explain(issue: z.core.$ZodIssue, values: Record<string, unknown>, owner: string): string {
  if (issue.code === 'unrecognized_keys') {
    return `${owner} has no option ${issue.keys.map((key) => JSON.stringify(key)).join(' or ')}.`;
  }
  const [name = 'options'] = issue.path.map(String);
  return `Expected ${issue.message} for ${name} but received ${formatValue(values[name])}.`;
}

function formatValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const name = (value.constructor as { name?: string } | undefined)?.name ?? 'Object';
  if (name !== 'Object' && name !== 'Array') return `an object of the class ${name}`;
  try {
    return JSON.stringify(value);
  } catch {
    // What refers to itself, or holds a BigInt, has no JSON.
    return name === 'Array' ? 'an array' : 'an object';
  }
}
