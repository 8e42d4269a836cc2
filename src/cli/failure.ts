import { CommanderError } from 'commander';
import { RegraftError } from '../errors.ts';
import { exitCodes } from './leave.ts';

/** What went wrong, as it is printed. */
export interface Failure {
  /** An error code of docs/errors.md, or `UNEXPECTED` for a defect. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Only for a defect. */
  readonly stack?: string;
  readonly exitCode: number;
}

/**
 * Tells an expected failure, wrong usage and an interruption from a defect.
 *
 * @param command - The command that was called, to name its help.
 */
export function describeFailure(error: unknown, signal?: AbortSignal, command?: string): Failure {
  if (error instanceof CommanderError) return describeUsage(error, command);
  if (error instanceof RegraftError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
      exitCode: exitCodeOf(error),
    };
  }
  if (signal?.aborted === true && error instanceof Error && error.name === 'AbortError') {
    return { code: 'CANCELLED', message: 'Cancelled.', exitCode: exitCodes.interrupted };
  }
  return {
    code: 'UNEXPECTED',
    message: error instanceof Error ? error.message : String(error),
    hint: 'This is a defect of Regraft, not of your photos. Please report it with these lines, the command and `regraft --version`.',
    ...(error instanceof Error && error.stack !== undefined && { stack: error.stack }),
    exitCode: exitCodes.defect,
  };
}

function exitCodeOf(error: RegraftError): number {
  if (error.code === 'CANCELLED') return exitCodes.interrupted;
  return error.code === 'INVALID_OPTION' ? exitCodes.usage : exitCodes.failure;
}

// Commander's text is `error: unknown option '--heda'\n(Did you mean --head?)`.
function describeUsage(error: CommanderError, command: string | undefined): Failure {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /Did you mean (?:one of )?(.+)\?/.exec(rest.join(' '))?.[1];
  return {
    code: 'INVALID_OPTION',
    message: `${first.charAt(0).toUpperCase()}${first.slice(1)}.`.replace(/\.\.$/, '.'),
    hint:
      suggestion === undefined
        ? `See \`regraft ${command === undefined ? '' : `${command} `}--help\`.`
        : `Did you mean ${suggestion}?`,
    exitCode: exitCodes.usage,
  };
}
