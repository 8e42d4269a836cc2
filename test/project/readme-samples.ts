/** A sample of the README that the tests run. */
export interface Sample {
  readonly language: 'sh' | 'ts';
  readonly code: string;
  /** Line of the README where the code begins, from 1. */
  readonly line: number;
}

/**
 * Finds the fenced blocks of a Markdown text that follow a line `<!-- run -->`.
 *
 * @throws Error for a mark without a closed ```sh or ```ts block behind it.
 */
export function findSamples(markdown: string): Sample[] {
  const lines = markdown.split(/\r?\n/);
  const samples: Sample[] = [];
  lines.forEach((text, index) => {
    if (text.trim() !== '<!-- run -->') return;
    const fence = /^```(sh|ts)$/.exec(lines[index + 1] ?? '');
    const end = lines.indexOf('```', index + 2);
    const language = fence?.[1];
    if ((language !== 'sh' && language !== 'ts') || end === -1) {
      throw new Error(
        `Line ${index + 1} of the README: expected a \`\`\`sh or \`\`\`ts block below <!-- run -->.`,
      );
    }
    samples.push({ language, code: lines.slice(index + 2, end).join('\n'), line: index + 3 });
  });
  return samples;
}
