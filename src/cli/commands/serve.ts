import type { Command } from 'commander';
import { type LogLevel, logLevels } from '../../server/log-levels.ts';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { choiceOption, integerOption, listOption, positiveNumberOption } from '../option-values.ts';
import { sizeOption } from '../size-option.ts';

const examples = [
  ['regraft serve flowers-model', 'on http://127.0.0.1:8080, which only this machine reaches'],
  ['curl --data-binary @photo.jpg http://127.0.0.1:8080/v1/models/flowers-model/predict', 'ask it'],
  ['regraft serve flowers-model birds-model --port 3000', 'several models'],
  [
    'regraft serve flowers-model --host 0.0.0.0 --token-file token.txt',
    'for other machines; they send the header Authorization: Bearer <token>',
  ],
] as const;

/** What `regraft serve` is told besides the models. */
export interface ServeFlags {
  readonly port?: number;
  readonly host?: string;
  readonly tokenFile?: string;
  readonly cors?: string[];
  readonly workers?: number;
  readonly queue?: number;
  readonly maxBody?: number;
  readonly maxPixels?: number;
  readonly timeout?: number;
  readonly grace?: number;
  readonly logLevel?: LogLevel;
}

/** Adds what `regraft serve` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Classifies photos that are sent over HTTP. A model that is trained again is taken over while the server runs.',
    )
    .argument('<models...>', 'folders that train wrote, or their model.onnx')
    .option(
      '--port <n>',
      'port to listen on; 0: any free one (default: 8080)',
      integerOption('--port', 0, 65_535),
    )
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option(
      '--token-file <file>',
      'ask for the bearer token in this file (default: REGRAFT_TOKEN, else none)',
    )
    .option('--cors <origins>', 'web origins that may ask, comma-separated, or * (default: none)', listOption)
    .option(
      '--workers <n>',
      'threads that compute (default: one for each core)',
      integerOption('--workers', 1, 256),
    )
    .option(
      '--queue <n>',
      'photos that may wait; more are refused with 429 (default: 64 for each worker)',
      integerOption('--queue', 1, 100_000),
    )
    .option('--max-body <size>', 'largest body of a request (default: 20MB)', sizeOption('--max-body'))
    .option(
      '--max-pixels <n>',
      'refuse photos with more pixels (default: 50,000,000)',
      integerOption('--max-pixels', 1),
    )
    .option(
      '--timeout <seconds>',
      'longest time to send a request, and to answer it (default: 30)',
      positiveNumberOption('--timeout'),
    )
    .option(
      '--grace <seconds>',
      'time to finish what is under way when it is stopped (default: 10)',
      positiveNumberOption('--grace'),
    )
    .option(
      '--log-level <level>',
      `what is logged on stderr: ${logLevels.join(', ')} (default: info; on a terminal error)`,
      choiceOption('--log-level', logLevels),
    )
    .addHelpText('after', formatExamples(examples))
    .action(async (models: string[], flags: ServeFlags) => {
      const { runServer } = await import('../run-server.ts');
      await runServer(models, flags, context);
    });
}
