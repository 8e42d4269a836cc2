import { RegraftError } from '../errors.ts';
import type { ClassMerge, ClassRename } from '../update/options.ts';

/**
 * Parses `old=new`. A name may hold a comma, an equals sign or a backslash with a backslash before it.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function renameOption(text: string): ClassRename {
  const [from = [], to = [], ...more] = divide(text);
  const [oldName = ''] = from;
  const [newName = ''] = to;
  if (more.length === 0 && from.length === 1 && to.length === 1 && oldName !== '' && newName !== '') {
    return { from: oldName, to: newName };
  }
  throw new RegraftError('INVALID_OPTION', `Expected old=new for --rename but received '${text}'.`, {
    hint: 'For example: --rename rose=roses. A name with a comma or an equals sign takes a backslash before it.',
  });
}

/**
 * Parses `first,second=both`, with backslashes as in {@link renameOption}.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function mergeOption(text: string): ClassMerge {
  const [from = [], into = [], ...more] = divide(text);
  const [name = ''] = into;
  if (more.length === 0 && into.length === 1 && name !== '' && !from.includes('')) {
    return { from, into: name };
  }
  throw new RegraftError('INVALID_OPTION', `Expected first,second=both for --merge but received '${text}'.`, {
    hint: 'For example: --merge roses,tulips=garden. A name with a comma or an equals sign takes a backslash before it.',
  });
}

/** Takes a text apart at its equals signs, and each piece at its commas; names lose the spaces around them. */
function divide(text: string): string[][] {
  const sides: string[][] = [['']];
  const append = (part: string): void => {
    const names = sides.at(-1) ?? [];
    names.push((names.pop() ?? '') + part);
  };
  for (const [part] of text.matchAll(/\\.|[^\\]|\\/gs)) {
    if (part === '=') sides.push(['']);
    else if (part === ',') sides.at(-1)?.push('');
    else append(part.length === 2 && part.startsWith('\\') ? part.slice(1) : part);
  }
  return sides.map((names) => names.map((name) => name.trim()));
}
