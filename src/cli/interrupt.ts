import { exitCodes, leaveNow } from './leave.ts';

/** A signal of the system that ends the work early, with the exit code it leads to. */
const stops = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
} as const;

/** A name of such a signal. */
type StopSignal = keyof typeof stops;

/** The signal that ends the work early. */
export interface Interrupts {
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP, or by {@link Interrupts.abandon}. */
  readonly signal: AbortSignal;
  /** The exit code that the first of them leads to, if one has come. */
  readonly exitCode: number | undefined;
  /** Ends the work because nobody reads its result any more. */
  readonly abandon: () => void;
  /** True after {@link Interrupts.abandon}. */
  readonly abandoned: boolean;
  /** Gives the signals back their usual meaning. */
  readonly close: () => void;
}

/** Makes the first Ctrl-C, SIGTERM or SIGHUP abort the work cleanly and the second one end the process at once. */
export function listenForInterrupts(note: (text: string) => void): Interrupts {
  const controller = new AbortController();
  const names = Object.keys(stops) as StopSignal[];
  let abandoned = false;
  let exitCode: number | undefined;
  const close = (): void => {
    for (const name of names) process.off(name, onStop);
  };
  const onStop = (name: StopSignal): void => {
    if (exitCode !== undefined) {
      close();
      dieBy(name);
      return;
    }
    exitCode = stops[name];
    note(`Stopping: what was computed is kept.${name === 'SIGINT' ? ' Press again to stop at once.' : ''}`);
    controller.abort();
  };
  for (const name of names) process.on(name, onStop);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    abandon() {
      abandoned = true;
      controller.abort();
    },
    get abandoned() {
      return abandoned;
    },
    close,
  };
}

// process.exit() would wait for the threads that compute, and onnxruntime then aborts the process with a message of its own.
// A process that dies of a signal has exit code 128 + its number in a shell: 130 for Ctrl-C.
function dieBy(name: StopSignal): void {
  if (process.platform === 'win32') leaveNow(stops[name]);
  process.kill(process.pid, name);
}
