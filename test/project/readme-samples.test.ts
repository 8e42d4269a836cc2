import { expect, it } from 'vitest';
import { findSamples } from './readme-samples.ts';

it('finds marked blocks with their language and line, and leaves the others alone', () => {
  const markdown = [
    '# A',
    '```sh',
    'no',
    '```',
    '<!-- run -->',
    '```ts',
    'const a = 1;',
    '',
    'b();',
    '```',
    '',
  ].join('\n');
  expect(findSamples(markdown)).toEqual([{ language: 'ts', code: 'const a = 1;\n\nb();', line: 7 }]);
});

it.each(['<!-- run -->\ntext', '<!-- run -->\n```py\nx\n```', '<!-- run -->\n```sh\nx'])(
  'refuses a mark without a block: %j',
  (text) => {
    expect(() => findSamples(text)).toThrow('Line 1');
  },
);
