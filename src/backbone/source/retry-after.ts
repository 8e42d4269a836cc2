/**
 * Reads a Retry-After header, in seconds or as a date (RFC 9110, 10.2.3), as ms from now; undefined where it holds neither.
 */
export function readRetryAfter(header: string | null, now: number = Date.now()): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
