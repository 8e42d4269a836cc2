import { Command, CommanderError } from 'commander';
import { writeError } from '../atomic-file.ts';
import { commandTable, type CommandEntry } from './command-table.ts';
import { openContext, type CommandContext } from './context.ts';
import { describeFailure, type Failure } from './failure.ts';
import { helpAfterCommands } from './help-text.ts';
import { listenForInterrupts } from './interrupt.ts';
import { drain, exitCodes, leaveNow } from './leave.ts';
import { printable } from './terminal/printable.ts';
import { suggestNearest } from './option-values.ts';
import { RegraftError } from '../errors.ts';
import { readVersion } from '../version.ts';

/** Runs one command and gives its exit code; whatever goes wrong is printed, never thrown. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const interrupts = listenForInterrupts((text) => {
    if (calledCommand(args)?.saysItStops !== true) context.reporter.note(text);
  });
  const context = openContext(interrupts.signal);
  let unwritten: unknown;
  const fail = (error: unknown): number => {
    const failure = describeFailure(error, interrupts.signal, calledCommand(args)?.name);
    report(failure, context, wantsJson(args));
    // What was cancelled says which signal did it.
    return failure.exitCode === exitCodes.interrupted
      ? (interrupts.exitCode ?? failure.exitCode)
      : failure.exitCode;
  };
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has gone (`regraft … | head`) is no failure, nor is a terminal that was closed (SIGHUP tells).
    const isGone = error.code === 'EPIPE' || interrupts.exitCode === exitCodes.hungUp;
    if (!isGone) unwritten ??= writeError('the output', error);
    // The work ends by its signal: leaving while threads compute would make onnxruntime abort the process.
    interrupts.abandon();
  });
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', (error) => leaveNow(fail(error)));
  process.on('unhandledRejection', (error) => leaveNow(fail(error)));
  try {
    const program = await buildProgram(args, context);
    await program.parseAsync(args, { from: 'user' });
    await drain(process.stdout);
    return unwritten === undefined ? exitCodes.ok : fail(unwritten);
  } catch (error) {
    if (unwritten !== undefined) return fail(unwritten);
    const abandoned = interrupts.abandoned && interrupts.exitCode === undefined;
    if (abandoned || (error instanceof CommanderError && error.exitCode === 0)) return exitCodes.ok;
    return fail(error);
  } finally {
    context.reporter.stop();
    interrupts.close();
  }
}

/** All commands by name, and the called one with its flags and action. */
async function buildProgram(args: readonly string[], context: CommandContext): Promise<Command> {
  const program = new Command('regraft')
    .description(
      'Transfer learning on images: your photos, a network trained on millions of others, a classifier.',
    )
    .usage('<command> [options]')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', helpAfterCommands)
    .exitOverride()
    .configureOutput({
      // Usage errors are printed by `report`, once, in the form that was asked for.
      outputError: () => undefined,
      writeErr: (text) => void context.err.stream.write(text),
    });
  const called = calledCommand(args);
  refuseUnknownHelp(args, called);
  for (const entry of commandTable) {
    const command = program.command(entry.name).summary(entry.summary).helpOption('-h, --help', 'show help');
    if (entry === called) (await entry.load()).define(command, context);
  }
  if (args.length === 0) program.action(() => program.outputHelp());
  return program;
}

function calledCommand(args: readonly string[]): CommandEntry | undefined {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const name = words[0] === 'help' ? words[1] : words[0];
  return commandTable.find((entry) => entry.name === name);
}

/** Commander answers `help <unknown>` with the whole help. */
function refuseUnknownHelp([first, name]: readonly string[], called: CommandEntry | undefined): void {
  if (first !== 'help' || name === undefined || name.startsWith('-') || called !== undefined) return;
  const names = commandTable.map((entry) => entry.name);
  throw new RegraftError('INVALID_OPTION', `Unknown command '${name}'.`, {
    hint: suggestNearest(name, names) ?? `There is ${names.join(', ')}.`,
  });
}

function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).includes('--json');
}

/** Line breaks of Regraft's own texts stay. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Prints a failure for people on stderr, and with `--json` for programs on stdout. */
function report(failure: Failure, context: CommandContext, json: boolean): void {
  const { err, reporter } = context;
  reporter.stop();
  const { code, message, hint, stack, exitCode } = failure;
  const shown = printableLines(message);
  if (exitCode === exitCodes.interrupted) err.line(shown);
  else err.line(`${err.colors.red(err.live ? '✖' : 'Error:')} ${shown}`);
  if (stack !== undefined) err.line(err.colors.dim(stack));
  if (hint !== undefined) err.line(`  ${printableLines(hint)}`);
  if (json && !context.printedJson) context.printJson({ error: { code, message, hint: hint ?? null } });
}
