import type { Command } from 'commander';
import { RegraftError } from '../errors.ts';
import { choiceOption, integerOption, positiveNumberOption } from './option-values.ts';

/** The heads that can be trained; the first is the default. */
export const headTypes = ['auto', 'logistic', 'ridge', 'centroid', 'mlp', 'retrain'] as const;

/** One of {@link headTypes}. */
export type HeadName = (typeof headTypes)[number];

interface HeadFlag {
  /** The heads that know it. */
  readonly heads: readonly HeadName[];
  /** As commander names the value. */
  readonly key: string;
  readonly flag: string;
  readonly placeholder: string;
  readonly description: string;
  readonly parse: (flag: string) => (text: string) => unknown;
}

const headFlags: readonly HeadFlag[] = [
  {
    heads: ['logistic', 'ridge'],
    key: 'l2',
    flag: '--l2',
    placeholder: '<number>',
    description: 'L2 penalty, instead of the best of a grid on photos that were not learned from',
    parse: (flag) => positiveNumberOption(flag),
  },
  {
    heads: ['auto', 'logistic', 'ridge', 'mlp'],
    key: 'classWeights',
    flag: '--class-weights',
    placeholder: '<how>',
    description: 'none, or balanced: small classes count as much as large ones (default: none)',
    parse: (flag) => choiceOption(flag, ['none', 'balanced']),
  },
  {
    heads: ['mlp'],
    key: 'hidden',
    flag: '--hidden',
    placeholder: '<n>',
    description: 'units of the hidden layer (default: 256)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    heads: ['mlp'],
    key: 'epochs',
    flag: '--epochs',
    placeholder: '<n>',
    description: 'passes over the photos, instead of the best number on the validation part',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    heads: ['retrain'],
    key: 'steps',
    flag: '--steps',
    placeholder: '<n>',
    description: 'steps of gradient descent (default: 4000)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    heads: ['retrain', 'mlp'],
    key: 'learningRate',
    flag: '--learning-rate',
    placeholder: '<number>',
    description: 'length of a step (default: 0.01, for mlp 0.003)',
    parse: (flag) => positiveNumberOption(flag),
  },
  {
    heads: ['retrain'],
    key: 'trainBatchSize',
    flag: '--train-batch-size',
    placeholder: '<n>',
    description: 'photos drawn for a step (default: 100)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    heads: ['retrain'],
    key: 'validationBatchSize',
    flag: '--validation-batch-size',
    placeholder: '<n>',
    description: 'photos drawn to evaluate a step (default: 100)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    heads: ['retrain'],
    key: 'evalStepInterval',
    flag: '--eval-step-interval',
    placeholder: '<n>',
    description: 'steps between two evaluations (default: 100)',
    parse: (flag) => integerOption(flag, 1),
  },
  {
    heads: ['retrain'],
    key: 'initStddev',
    flag: '--init-stddev',
    placeholder: '<number>',
    description: 'spread of the first weights (default: 0.001)',
    parse: (flag) => positiveNumberOption(flag),
  },
  {
    heads: ['retrain'],
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
    'how the new layer is trained: auto (the best of ridge and logistic), logistic (best of a grid of penalties), ridge (the same in closed form), ' +
      'centroid (nearest class mean, for a few photos), mlp (with a hidden layer) or retrain (the classic recipe)',
    choiceOption('--head', headTypes),
    headTypes[0],
  );
  for (const { flag, placeholder, heads, description, parse } of headFlags) {
    command.option(`${flag} ${placeholder}`, `${heads.join(', ')}: ${description}`, parse(flag));
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
    if (!flag.heads.includes(head)) {
      const owners = flag.heads.join(' or ');
      throw new RegraftError(
        'INVALID_OPTION',
        `${flag.flag} belongs to --head ${owners}, but the head is ${head}.`,
        {
          hint: `Add --head ${owners}, or leave ${flag.flag} out.`,
        },
      );
    }
    options[flag.key] = value;
  }
  return options;
}
