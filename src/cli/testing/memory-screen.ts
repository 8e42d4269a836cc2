import { Writable } from 'node:stream';
import { openScreen, type Screen } from '../terminal/screen.ts';

/** A screen that keeps what is written to it. */
export interface MemoryScreen {
  readonly screen: Screen;
  readonly text: () => string;
}

/** Opens a screen in memory, like a terminal of 80 columns (`tty`) or like a file. */
export function openMemoryScreen(
  kind: 'tty' | 'file',
  env: NodeJS.ProcessEnv = {},
  columns = 80,
): MemoryScreen {
  let written = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written += chunk;
      done();
    },
  });
  const terminal = kind === 'tty' ? { isTTY: true, columns, rows: 24 } : {};
  return {
    screen: openScreen(Object.assign(stream, terminal) as unknown as NodeJS.WriteStream, env),
    text: () => written,
  };
}
