import { RegraftError } from '../errors.ts';
import { type ServedModel, serveModel } from './served-model.ts';

/** The models of a server, by name. */
export interface ModelList extends AsyncDisposable {
  readonly models: readonly ServedModel[];
  /**
   * Finds a model.
   *
   * @throws RegraftError `MODEL_UNKNOWN` that names those there are.
   */
  find(name: string): ServedModel;
  /** True once every model is loaded. */
  readonly ready: boolean;
  /**
   * Loads every model.
   *
   * @throws RegraftError as `loadClassifier`
   */
  load(): Promise<void>;
}

/**
 * Lists models by the names of their folders.
 *
 * @throws RegraftError `INVALID_OPTION` when there is none, or two have the same name.
 */
export function listModels(locations: readonly string[], workers: number): ModelList {
  const models = locations.map((location) => serveModel(location, workers));
  checkNames(models);
  return {
    models,
    find(name) {
      const found = models.find((model) => model.name === name);
      if (found !== undefined) return found;
      const names = models.map((model) => model.name).join(', ');
      throw new RegraftError('MODEL_UNKNOWN', `Expected the name of a model but found "${name}".`, {
        hint: `There is ${names}.`,
      });
    },
    get ready() {
      return models.every(({ current }) => current !== undefined);
    },
    async load() {
      // One after the other: each fills all cores while it is prepared.
      for (const model of models) await model.load();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(models.map((model) => model[Symbol.asyncDispose]()));
    },
  };
}

function checkNames(models: readonly ServedModel[]): void {
  if (models.length === 0) {
    throw new RegraftError('INVALID_OPTION', 'Expected a model to serve but received none.', {
      hint: 'Give the folder that `regraft train` made, or several.',
    });
  }
  const names = models.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice === undefined) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected models with names of their own, but two of the folders are called "${twice}".`,
    { hint: 'A model is served under the name of its folder: rename one of them.' },
  );
}
