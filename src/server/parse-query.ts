import type { Context } from 'hono';
import type { z } from 'zod';
import { parseOptions } from '../options.ts';

/**
 * Reads the query of a request; a number comes as the text that it is.
 *
 * @throws RegraftError `INVALID_OPTION` for a value that is not allowed, or a name that is not known.
 */
export function parseQuery<T extends z.ZodType>(schema: T, context: Context): z.output<T> {
  return parseOptions(schema, context.req.query(), `${context.req.method} ${context.req.path}`);
}
