const longestValue = 40;

/**
 * Tells in which fields two keys differ, `photos` or `options.epochs (8, now 10)`, sorted as the second has them. A key is a JSON text of
 * an object; one that is not counts as a whole.
 */
export function keyDifferences(before: string, now: string): string[] {
  return compareFields(parseKey(before), parseKey(now), '');
}

function compareFields(before: Fields, now: Fields, prefix: string): string[] {
  const names = new Set([...Object.keys(now), ...Object.keys(before)]);
  return [...names].flatMap((name) => {
    const [old, fresh] = [before[name], now[name]];
    if (JSON.stringify(old) === JSON.stringify(fresh)) return [];
    const path = `${prefix}${name}`;
    if (isFields(old) && isFields(fresh)) return compareFields(old, fresh, `${path}.`);
    const [from, to] = [describe(old), describe(fresh)];
    return from === undefined || to === undefined ? path : `${path} (${from}, now ${to})`;
  });
}

type Fields = Readonly<Record<string, unknown>>;

function parseKey(text: string): Fields {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isFields(parsed)) return parsed;
  } catch {
    // Not JSON: compared as a whole.
  }
  return { key: text };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Hashes and lists say nothing to a reader.
function describe(value: unknown): string | undefined {
  if (value === undefined) return 'none';
  const text = JSON.stringify(value);
  return text.length <= longestValue && !/^"[0-9a-f]{32,}"$/.test(text) ? text : undefined;
}
