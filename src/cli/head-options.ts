import type { Command } from 'commander';
import { RegraftError } from '../errors.ts';
import { choiceOption, integerOption, positiveNumberOption } from './option-values.ts';

/** The heads that can be trained; the first is the default. */
export const headTypes = ['auto', 'logistic', 'retrain'] as const;

/** One of {@link headTypes}. */
export type HeadName = (typeof headTypes)[number];

interface HeadFlag {
  readonly head: HeadName;
  /** As commander names the value. */
  readonly key: string;
  readonly flag: string;
  readonly placeholder: string;
  readonly description: string;
  readonly parse: (flag: string) => (text: string) => unknown;
}

const headFlags: readonly HeadFlag[] = [
  {
    head: 'logistic',
    key: 'l2',
    flag: '--l2',
    placeholder: '<number>',
    description: 'L2 penalty, instead of the best of a grid on the validation part',
    parse: (flag) => positiveNumberOption(flag),
  },
  {
    head: 'retrain',
    key: 'steps',
    flag: '--steps',
    placeholder: '<n>',
    description: 'steps of gradient descent (default: 4000)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    head: 'retrain',
    key: 'learningRate',
    flag: '--learning-rate',
    placeholder: '<number>',
    description: 'length of a step (default: 0.01)',
    parse: (flag) => positiveNumberOption(flag),
  },
  {
    head: 'retrain',
    key: 'trainBatchSize',
    flag: '--train-batch-size',
    placeholder: '<n>',
    description: 'photos drawn for a step (default: 100)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    head: 'retrain',
    key: 'validationBatchSize',
    flag: '--validation-batch-size',
    placeholder: '<n>',
    description: 'photos drawn to evaluate a step (default: 100)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    head: 'retrain',
    key: 'evalStepInterval',
    flag: '--eval-step-interval',
    placeholder: '<n>',
    description: 'steps between two evaluations (default: 100)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    head: 'retrain',
    key: 'initStddev',
    flag: '--init-stddev',
    placeholder: '<number>',
    description: 'spread of the first weights (default: 0.001)',
    parse: (flag) => positiveNumberOption(flag),
  },
  {
    head: 'retrain',
    key: 'keep',
    flag: '--keep',
    placeholder: '<which>',
    description: 'the last weights, or those that were best in an evaluation: last or best (default: last)',
    parse: (flag) => choiceOption(flag, ['last', 'best']),
  },
];

/** Adds `--head` and the flags of every head. */
export function addHeadOptions(command: Command): void {
  command.optionsGroup('Head:');
  command.option(
    '--head <type>',
    'how the new layer is trained: auto (the best of a few), logistic, or retrain (the classic recipe)',
    choiceOption('--head', headTypes),
    headTypes[0],
  );
  for (const { flag, placeholder, head, description, parse } of headFlags) {
    command.option(`${flag} ${placeholder}`, `${head}: ${description}`, parse(flag));
  }
}

/**
 * Picks the chosen head's options from the parsed flags.
 *
 * @throws RegraftError `INVALID_OPTION` for a flag that belongs to another head.
 */
export function readHeadOptions(
  values: Readonly<Record<string, unknown>>,
  head: HeadName,
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const flag of headFlags) {
    const value = values[flag.key];
    if (value === undefined) continue;
    if (flag.head !== head) {
      throw new RegraftError(
        'INVALID_OPTION',
        `${flag.flag} belongs to --head ${flag.head}, but the head is ${head}.`,
        {
          hint: `Add --head ${flag.head}, or leave ${flag.flag} out.`,
        },
      );
    }
    options[flag.key] = value;
  }
  return options;
}
