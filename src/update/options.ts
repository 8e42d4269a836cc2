import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { RegraftError } from '../errors.ts';
import { regraftHome } from '../home.ts';
import { modelFileName } from '../model/load.ts';
import { commonOptions, flag, parseOptions, parsePath, text } from '../options.ts';
import type { OnProgress } from '../shared/progress.ts';

/** Classes that become one. */
export interface ClassMerge {
  readonly from: readonly string[];
  /** One of `from`, another class, or a new name. */
  readonly into: string;
}

/** A class that gets another name. */
export interface ClassRename {
  readonly from: string;
  readonly to: string;
}

/** What `updateModel` changes; done in the order of these fields. */
export interface ModelChanges {
  /** Photos to learn from as well: folders of class folders, or CSVs. */
  readonly add?: readonly string[] | undefined;
  /** CSVs with `path,label` or `sha256,label`: photos that belong to another class. */
  readonly relabel?: readonly string[] | undefined;
  /** Classes to forget with their photos. */
  readonly remove?: readonly string[] | undefined;
  readonly merge?: readonly ClassMerge[] | undefined;
  /** Done all at once, so that two classes can exchange their names. */
  readonly rename?: readonly ClassRename[] | undefined;
}

/** Options of `updateModel`; all are optional. */
export interface UpdateOptions {
  /** Folder for the updated model. @default the model's own folder */
  readonly out?: string | undefined;
  /** Folders where photos are looked for that are no longer in their place. */
  readonly photos?: readonly string[] | undefined;
  /** Goes on without photos that are found nowhere. @default false */
  readonly allowMissing?: boolean | undefined;
  /** Allows classes too small for three parts. @default as in the training */
  readonly allowSmall?: boolean | undefined;
  /** Says what would change, and writes nothing. @default false */
  readonly dryRun?: boolean | undefined;
  /** Folder of networks and features. @default `REGRAFT_HOME`, else the platform's cache folder */
  readonly home?: string | undefined;
  /** Worker threads, one core each. @default all cores */
  readonly workers?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const list = (error: string): z.ZodArray<z.ZodString> =>
  z.array(z.string({ error }).min(1, { error }), { error });

const changesSchema = z.strictObject({
  add: list('a list of folders or CSVs').default([]),
  relabel: list('a list of CSVs').default([]),
  remove: list('a list of classes').default([]),
  merge: z
    .array(
      z.strictObject({
        from: list('names of classes').min(1, { error: 'a class or more to merge' }),
        into: text(),
      }),
      { error: 'a list of {from, into}' },
    )
    .default([]),
  rename: z
    .array(z.strictObject({ from: text(), to: text() }), { error: 'a list of {from, to}' })
    .default([]),
});

const { home, workers, onProgress, signal } = commonOptions;
const schema = z.strictObject({
  home,
  workers,
  onProgress,
  signal,
  out: text().optional(),
  photos: list('a list of folders').default([]),
  allowMissing: flag().default(false),
  allowSmall: flag().optional(),
  dryRun: flag().default(false),
});

/** Changes with every list filled in. */
export type ResolvedChanges = z.output<typeof changesSchema>;

/** Options with every default filled in. */
export interface ResolvedUpdate extends Omit<z.output<typeof schema>, 'out' | 'home' | 'photos'> {
  readonly changes: ResolvedChanges;
  /** Absolute path of the model's folder. */
  readonly folder: string;
  /** Absolute path of the folder for the updated model. */
  readonly out: string;
  /** That folder as the caller wrote it. */
  readonly givenOut: string;
  /** Absolute paths. */
  readonly photos: readonly string[];
  readonly home: string;
}

/**
 * Validates changes and options and fills in the defaults.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function resolveUpdate(model: string, changes: ModelChanges, options: UpdateOptions): ResolvedUpdate {
  const given = parsePath(model, 'the model');
  const parsed = parseOptions(changesSchema, changes, 'an update');
  const { out, home, photos, ...rest } = parseOptions(schema, options, 'updateModel');
  if (Object.values(parsed).every((items) => items.length === 0)) {
    throw new RegraftError('INVALID_OPTION', 'Expected something to change but received nothing.', {
      hint: 'For example: regraft update flowers-model --add new-flowers',
    });
  }
  const place = basename(given) === modelFileName ? dirname(given) : given;
  return {
    ...rest,
    changes: parsed,
    folder: resolve(place),
    out: resolve(out ?? place),
    givenOut: join(out ?? place),
    photos: photos.map((folder) => resolve(folder)),
    home: resolve(home ?? regraftHome()),
  };
}
