import { openReporter, type Reporter } from './terminal/reporter.ts';
import { openScreen, type Screen } from './terminal/screen.ts';

/** What a command works with besides its arguments. */
export interface CommandContext {
  /** Results go here. */
  readonly out: Screen;
  /** Everything else goes here. */
  readonly err: Screen;
  /** Shows progress on `err`. */
  readonly reporter: Reporter;
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Writes the one JSON document of `--json`. */
  printJson(document: unknown): void;
  /** True once {@link CommandContext.printJson} has written its document. */
  readonly printedJson: boolean;
}

/** Opens the context of one run on the process's own streams. */
export function openContext(signal: AbortSignal): CommandContext {
  const out = openScreen(process.stdout);
  const err = openScreen(process.stderr);
  let printedJson = false;
  return {
    out,
    err,
    reporter: openReporter(err),
    signal,
    printJson(document) {
      if (printedJson) throw new Error('A second JSON document was about to be printed.');
      printedJson = true;
      out.line(JSON.stringify(document, null, 2));
    },
    get printedJson() {
      return printedJson;
    },
  };
}
