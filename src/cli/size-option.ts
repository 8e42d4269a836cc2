import { RegraftError } from '../errors.ts';

const units: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Gives a parser for a flag that takes a size, as in 20GB; the result is in bytes. */
export function sizeOption(flag: string): (text: string) => number {
  return (text) => {
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)?$/i.exec(text) ?? [];
    const bytes = Math.floor(Number(number) * (units[unit.toUpperCase()] ?? 1));
    if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected a size for ${flag}, as in 500MB or 20GB, but received '${text}'.`,
    );
  };
}
