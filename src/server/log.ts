import { pino } from 'pino';
import type { LogLevel } from './log-levels.ts';

/** Where the server tells what happens: one JSON document a line, never a photo's content, a file's name or a token. */
export interface ServerLog {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Opens the log on stderr, or on what `write` does with each line. */
export function openLog(level: LogLevel, write?: (line: string) => void): ServerLog {
  const settings = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime } as const;
  if (write !== undefined) return pino(settings, { write });
  // Written at once: the last lines before a crash are those that are needed.
  return pino(settings, pino.destination({ dest: 2, sync: true }));
}
