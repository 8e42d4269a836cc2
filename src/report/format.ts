const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const significant = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** Writes a fraction in percent with one decimal: `93.7 %`, `100 %`, or a dash for null. */
export function formatPercent(fraction: number | null): string {
  return fraction === null ? '–' : `${formatPoints(fraction)}\u00a0%`;
}

/** Writes a fraction as percent points without the sign: `93.7`. */
export function formatPoints(fraction: number): string {
  const points = (fraction * 100).toFixed(1);
  // A rounded 100.0 may hide a mistake, a rounded 0.0 a hit: only the exact ones lose their decimal.
  if (fraction === 1) return '100';
  if (fraction === 0) return '0';
  if (points === '100.0') return '99.9';
  return points === '0.0' ? '0.1' : points;
}

/** Writes a range of fractions: `90.8–95.8 %`. */
export function formatRange([low, high]: readonly [number, number]): string {
  return `${formatPoints(low)}\u2013${formatPoints(high)}\u00a0%`;
}

/** Writes a count with thousands separated: `12,345`. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** Writes a count with its noun: `1 photo`, `2 photos`. */
export function formatQuantity(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** Writes a number with at most four significant digits, small ones in powers of ten: `0.003`, `3e-5`. */
export function formatNumber(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-3) return significant.format(value);
  return Number(value.toPrecision(4)).toExponential();
}

/** Writes a time given in milliseconds in the unit that fits: `240 ms`, `8.4 s`, `3 min 20 s`, `1 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms))}\u00a0ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}\u00a0s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${String(minutes)}\u00a0min ${String(seconds % 60)}\u00a0s`;
  return `${String(Math.floor(minutes / 60))}\u00a0h ${String(minutes % 60)}\u00a0min`;
}

/** Writes a size in bytes in decimal units: `24.1 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${String(bytes)}\u00a0bytes`;
  const [scaled, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'KB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${scaled.toFixed(1)}\u00a0${unit}`;
}

/** Writes an ISO 8601 moment as `4 March 2026 at 14:02 UTC`; anything else comes back as it is. */
export function formatMoment(iso: string): string {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? iso : `${date.format(moment)}\u00a0UTC`;
}
