/** Where exporters put the names of classes: `names` is Ultralytics', `id2label` Hugging Face's. */
const keys = ['names', 'labels', 'classes', 'class_names', 'id2label'] as const;

/**
 * Reads names of classes from a file's metadata: a list, or an object whose keys are 0, 1, 2 …, as JSON or as Python prints them.
 *
 * @param count - How many classes the first output has, where that is known; other counts are no names of its classes.
 * @returns undefined when the metadata hold none.
 */
export function readLabels(
  metadata: Readonly<Record<string, string>>,
  count: number | undefined,
): readonly string[] | undefined {
  for (const key of keys) {
    const text = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    const labels = text === undefined ? undefined : parseNames(text.trim());
    if (labels !== undefined && labels.length > 1 && (count === undefined || labels.length === count)) {
      return labels;
    }
  }
  return undefined;
}

function parseNames(text: string): readonly string[] | undefined {
  const isObject = text.startsWith('{') && text.endsWith('}');
  if (!isObject && !(text.startsWith('[') && text.endsWith(']'))) return undefined;
  const names: string[] = [];
  let rest = text.slice(1, -1).trim();
  while (rest !== '') {
    if (isObject) {
      const key = /^["']?(\d{1,9})["']?\s*:\s*/.exec(rest);
      if (key?.[1] === undefined || Number(key[1]) !== names.length) return undefined;
      rest = rest.slice(key[0].length);
    }
    const name = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*(?:,\s*|$)/s.exec(rest);
    if (name === null) return undefined;
    names.push(unescape(name[1] ?? name[2] ?? ''));
    rest = rest.slice(name[0].length);
  }
  return names;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** The escapes that JSON and Python share. */
function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis, (...[, unit, byte, letter]) => {
    const code = (unit ?? byte) as string | undefined;
    return code === undefined
      ? (escapes[String(letter)] ?? String(letter))
      : String.fromCharCode(parseInt(code, 16));
  });
}
