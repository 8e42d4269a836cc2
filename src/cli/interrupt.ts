import { exitCodes, leaveNow } from './leave.ts';

/** The signal that ends the work early. */
export interface Interrupts {
  /** Aborted by the first Ctrl-C, or by {@link Interrupts.abandon}. */
  readonly signal: AbortSignal;
  /** Ends the work because nobody reads its result any more. */
  readonly abandon: () => void;
  /** True after {@link Interrupts.abandon}. */
  readonly abandoned: boolean;
  /** Gives Ctrl-C back its usual meaning. */
  readonly close: () => void;
}

/** Makes the first Ctrl-C abort the work cleanly and the second one end the process at once. */
export function listenForInterrupts(note: (text: string) => void): Interrupts {
  const controller = new AbortController();
  let abandoned = false;
  const close = (): void => void process.off('SIGINT', onInterrupt);
  const onInterrupt = (): void => {
    if (controller.signal.aborted) {
      close();
      dieByInterrupt();
      return;
    }
    note('Stopping: what was computed is kept. Press again to stop at once.');
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  return {
    signal: controller.signal,
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
// A process that dies of the signal has exit code 130 in a shell.
function dieByInterrupt(): void {
  if (process.platform === 'win32') leaveNow(exitCodes.interrupted);
  process.kill(process.pid, 'SIGINT');
}
