const empty = new Set(['meta', 'link', 'br', 'img', 'hr', 'input']);
const token =
  /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][\w:-]*="[^"<>]*")*)\s*(\/?)>|([^<>&]+|&(?:amp|lt|gt|quot|#39);)/gy;

/**
 * Lists what keeps a page from being well-formed: stray `<`, `>` or `&`, attributes without quotes, tags that do not
 * match, ids used twice, links to missing ids. The content of `<style>` is not looked at.
 */
export function checkMarkup(page: string): string[] {
  const problems: string[] = [];
  const open: string[] = [];
  const ids: string[] = [];
  const links: string[] = [];
  const markup = page.replace(/<style>[^<]*<\/style>/, '<style></style>');
  token.lastIndex = 0;
  while (token.lastIndex < markup.length) {
    const at = token.lastIndex;
    const match = token.exec(markup);
    if (match === null) return [...problems, `not markup: ${markup.slice(at, at + 60)}`];
    const [, closing, tag, attributes = '', selfClosing] = match;
    if (tag === undefined) continue;
    if (closing === '/') {
      const last = open.pop();
      if (last !== tag) problems.push(`</${tag}> closes <${String(last)}>`);
      continue;
    }
    if (selfClosing !== '/') open.push(tag);
    if (empty.has(tag) && selfClosing !== '/') problems.push(`<${tag}> is not closed`);
    for (const [, id = ''] of attributes.matchAll(/\sid="([^"]*)"/g)) ids.push(id);
    for (const [, id = ''] of attributes.matchAll(/\shref="#([^"]*)"/g)) links.push(id);
  }
  if (open.length > 0) problems.push(`left open: ${open.join(', ')}`);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) problems.push(`id ${id} is used twice`);
  for (const id of links) if (!ids.includes(id)) problems.push(`no id ${id}`);
  return problems;
}
