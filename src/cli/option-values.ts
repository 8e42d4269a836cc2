import { closest, distance } from 'fastest-levenshtein';
import { RegraftError } from '../errors.ts';

/** Gives a parser for a flag that takes an integer from `min` to `max`. */
export function integerOption(
  flag: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `between ${min} and ${max}`;
  return numberParser(
    flag,
    `integer ${range}`,
    (text, value) => /^[+-]?\d+$/.test(text) && value >= min && value <= max,
  );
}

/** Gives a parser for a flag that takes a number of at least `min`. */
export function numberOption(flag: string, min: number): (text: string) => number {
  return numberParser(flag, `number of at least ${min}`, (text, value) => isDecimal(text) && value >= min);
}

/** Gives a parser for a flag that takes a number above 0. */
export function positiveNumberOption(flag: string): (text: string) => number {
  return numberParser(flag, 'number above 0', (text, value) => isDecimal(text) && value > 0);
}

/** Gives a parser for a flag that takes a percentage from `min` to `max`. */
export function percentOption(flag: string, min: number, max: number): (text: string) => number {
  return numberParser(
    flag,
    `number between ${min} and ${max}`,
    (text, value) => isDecimal(text) && value >= min && value <= max,
  );
}

/** Gives a parser for a flag that takes one of some words. */
export function choiceOption<Choice extends string>(
  flag: string,
  choices: readonly Choice[],
): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected ${listChoices(choices)} for ${flag} but received '${text}'.`,
      {
        hint: suggestNearest(text, choices) ?? `Choose ${listChoices(choices)}.`,
      },
    );
  };
}

/** Parses a comma-separated list. */
export function listOption(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

/** `Did you mean …?` with the nearest of some names, if one is near. */
export function suggestNearest(text: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const nearest = closest(text.toLowerCase(), names);
  const near = distance(text.toLowerCase(), nearest) <= Math.max(2, Math.floor(nearest.length / 3));
  return near ? `Did you mean ${nearest}?` : undefined;
}

function numberParser(
  flag: string,
  expected: string,
  allows: (text: string, value: number) => boolean,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isFinite(value) && allows(text, value)) return value;
    throw new RegraftError('INVALID_OPTION', `Expected ${expected} for ${flag} but received '${text}'.`);
  };
}

// Number() alone also takes '', '0x10' and ' 1'.
function isDecimal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}

function listChoices(choices: readonly string[]): string {
  return choices.length < 2
    ? choices.join('')
    : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`;
}
