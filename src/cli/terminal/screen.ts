import pc from 'picocolors';
import { wrapText } from './wrap-text.ts';

/** An output stream with what is known of the terminal behind it. */
export interface Screen {
  readonly stream: NodeJS.WriteStream;
  /** Colour functions that return the text unchanged where colours are not wanted. */
  readonly colors: ReturnType<typeof pc.createColors>;
  /** True on a terminal that can redraw lines. */
  readonly live: boolean;
  /** Width in columns; 100 where it is not known. */
  readonly columns: () => number;
  /** Writes text as it is. */
  readonly text: (text: string) => void;
  /** Writes text and a line break; on a terminal long lines break at words. */
  readonly line: (text?: string) => void;
}

/** Looks at a stream and the environment (`NO_COLOR`, `FORCE_COLOR`, `TERM`). */
export function openScreen(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Screen {
  // Node leaves `isTTY` undefined on anything but a terminal.
  const { isTTY = false } = stream as { isTTY?: boolean };
  const live = isTTY && env.TERM !== 'dumb';
  const columns = (): number => (isTTY && stream.columns > 0 ? stream.columns : 100);
  return {
    stream,
    colors: pc.createColors(wantsColors(live, env)),
    live,
    columns,
    text: (text) => void stream.write(text),
    line: (text = '') => void stream.write(`${isTTY ? wrapText(text, columns()) : text}\n`),
  };
}

// A set NO_COLOR wins whatever its value, unless it is empty: https://no-color.org
function wantsColors(live: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return live;
}
