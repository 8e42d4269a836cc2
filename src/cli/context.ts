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
  /** Begins the one document as a list that is written item by item; it is no whole document before `end`. */
  printJsonList(): JsonList;
  /** True once a document was begun. */
  readonly printedJson: boolean;
}

/** A JSON list that is being written. */
export interface JsonList {
  add(item: unknown): void;
  end(): void;
}

/** Opens the context of one run on the process's own streams. */
export function openContext(signal: AbortSignal): CommandContext {
  const out = openScreen(process.stdout);
  const err = openScreen(process.stderr);
  let printedJson = false;
  const begin = (): void => {
    if (printedJson) throw new Error('A second JSON document was about to be printed.');
    printedJson = true;
  };
  return {
    out,
    err,
    reporter: openReporter(err),
    signal,
    printJson(document) {
      begin();
      out.line(JSON.stringify(document, null, 2));
    },
    printJsonList() {
      let count = 0;
      return {
        add(item) {
          // Until there is something to list, a failure may be the document.
          if (count === 0) begin();
          const lines = JSON.stringify(item, null, 2).replaceAll('\n', '\n  ');
          out.text(`${count === 0 ? '[' : ','}\n  ${lines}`);
          count += 1;
        },
        end() {
          if (count === 0) begin();
          out.text(count === 0 ? '[]\n' : '\n]\n');
        },
      };
    },
    get printedJson() {
      return printedJson;
    },
  };
}
