import wrapAnsi from 'wrap-ansi';

/** Breaks a line at words to a width in columns; what follows is indented as its beginning is. A longer word is cut. */
export function wrapText(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => {
      const indent = /^ */.exec(line)?.[0] ?? '';
      const room = Math.max(8, columns - indent.length);
      return wrapAnsi(line.slice(indent.length), room, { trim: false, hard: true })
        .split('\n')
        .map((part, index) => indent + (index === 0 ? part : part.trimStart()).trimEnd())
        .join('\n');
    })
    .join('\n');
}
