import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

/** A command's module: adds its arguments, flags, help and action. */
export interface CommandModule {
  define(command: Command, context: CommandContext): void;
}

/** A command as `regraft --help` lists it; its module is loaded only when it is the one that was called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** True when it says itself what a signal that stops it means. */
  readonly saysItStops?: true;
  readonly load: () => Promise<CommandModule>;
}

/** Every command, in the order of the help. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'train',
    summary: 'train a classifier on a folder of photos',
    load: () => import('./commands/train.ts'),
  },
  {
    name: 'predict',
    summary: 'classify photos with a trained model',
    load: () => import('./commands/predict.ts'),
  },
  {
    name: 'serve',
    summary: 'classify photos that are sent over HTTP',
    saysItStops: true,
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'evaluate',
    summary: 'measure a model on a folder of labelled photos',
    load: () => import('./commands/evaluate.ts'),
  },
  {
    name: 'update',
    summary: 'add photos to a model, or change its classes and labels',
    load: () => import('./commands/update.ts'),
  },
  {
    name: 'compare',
    summary: 'tell whether trainings differ by more than chance',
    load: () => import('./commands/compare.ts'),
  },
  {
    name: 'export',
    summary: 'write a model in another form, tested on its photos',
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'inspect',
    summary: 'show what a model or a pretrained network holds',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'import',
    summary: 'make a model of a classifier that was trained elsewhere',
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'features',
    summary: 'write the features of a folder of photos to a file',
    load: () => import('./commands/features.ts'),
  },
  {
    name: 'cache',
    summary: 'show, prune or clear the stored features',
    load: () => import('./commands/cache.ts'),
  },
  {
    name: 'backbones',
    summary: 'list, fetch, add and verify pretrained networks',
    load: () => import('./commands/backbones.ts'),
  },
  {
    name: 'demo',
    summary: 'fetch sample photos, train on them and classify one',
    load: () => import('./commands/demo.ts'),
  },
];
