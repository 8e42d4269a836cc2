const safe = Symbol('safe markup');

/** Markup that needs no more escaping; only {@link html} and {@link trustedMarkup} make it. */
export interface Html {
  readonly [safe]: true;
  readonly markup: string;
}

/** What a template may hold: text is escaped, markup is kept, lists are joined, nothing is left out. */
export type Content = string | number | Html | readonly Content[] | null | undefined | false;

/** Builds markup from a template; every string in it is escaped, also within quoted attributes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  let markup = parts[0] ?? '';
  for (const [index, content] of contents.entries()) markup += toMarkup(content) + (parts[index + 1] ?? '');
  return trustedMarkup(markup);
}

/** Marks a string as markup without escaping it: for text that no user has a hand in, such as the stylesheet. */
export function trustedMarkup(markup: string): Html {
  return { [safe]: true, markup };
}

/** A name that a user gave, kept from turning the direction of the text around it. */
export function name(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

function toMarkup(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  if (isList(content)) return content.map(toMarkup).join('');
  return content.markup;
}

function isList(content: Html | readonly Content[]): content is readonly Content[] {
  return Array.isArray(content);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// File names may hold control characters and, on some systems, halves of a surrogate pair: neither may stand in a page.
// eslint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu;

function escapeText(text: string): string {
  return text.replace(forbidden, '\ufffd').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
