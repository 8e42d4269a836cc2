/** The exit codes of the command line, as `--help` and docs/cli.md list them. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  defect: 70,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** Ends the process once what was written to stdout and stderr is out: the only place that does so. */
export async function leave(code: number): Promise<never> {
  await Promise.all([drain(process.stdout), drain(process.stderr)]);
  return leaveNow(code);
}

/** Ends the process at once. */
export function leaveNow(code: number): never {
  process.exit(code);
}

/** Waits until what was written to a stream is out, or has failed. */
export function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // The error of a stream that has failed is told a moment later.
    if (stream.destroyed || !stream.writable) setImmediate(resolve);
    else stream.write('', () => resolve());
  });
}
