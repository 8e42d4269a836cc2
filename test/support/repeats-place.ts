import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readGoldenFile } from '../../src/import/onnx/testing/golden-networks.ts';
import {
  type RepeatsRecord,
  runRecordSchema,
  type RunRecord,
  trainRepeats,
  type TrainRepeatsOptions,
} from '../../src/index.ts';
import { temporaryFolder } from './home.ts';
import { drawDataset } from './photos.ts';
import { type Outcome, runRegraft } from './regraft.ts';

/** A folder with photos and a small network of random weights, whose accuracies vary with the seed: all that repeats need. */
export interface RepeatsPlace {
  readonly root: string;
  readonly home: string;
  /** 30 photos in 3 classes, at `shapes` in the root. */
  readonly photos: string;
  /** The network, `network.onnx` in the root. */
  readonly network: string;
  /** A path in the root. */
  at(name: string): string;
  /** Runs the built command line in the root. */
  regraft(...args: string[]): Promise<Outcome>;
  /** Trains repeats in the process, two and with the logistic head unless told otherwise. */
  repeat(name: string, options?: Partial<TrainRepeatsOptions>): Promise<RepeatsRecord>;
  /** What a seed's `run.json` holds. */
  runOf(name: string, seed: number): Promise<RunRecord>;
  /** When seeds were trained: another time means that they were trained again. */
  timesOf(name: string, seeds: readonly number[]): Promise<string[]>;
}

/** The flags that train on the network of {@link makeRepeatsPlace} in a moment. */
export const trainFlags = ['--backbone', 'network.onnx', '--scaling', 'unit', '--head', 'logistic'];

/** Makes a place to train repeats in; the caller removes its root. */
export async function makeRepeatsPlace(): Promise<RepeatsPlace> {
  const root = await temporaryFolder();
  const at = (name: string): string => join(root, name);
  const [home, photos, network] = [at('home'), at('shapes'), at('network.onnx')];
  await drawDataset(photos, 10);
  await writeFile(network, readGoldenFile('resnet-classic-17.onnx'));
  const runOf = async (name: string, seed: number): Promise<RunRecord> =>
    runRecordSchema.parse(await readJson(at(`${name}/seed-${seed}/run.json`)));
  return {
    root,
    home,
    photos,
    network,
    at,
    regraft: (...args) => runRegraft(args, { home, cwd: root }),
    async repeat(name, options = {}) {
      const shared = {
        home,
        out: at(name),
        backbone: network,
        scaling: 'unit',
        head: 'logistic',
        repeats: 2,
      } as const;
      return (await trainRepeats(photos, { ...shared, ...options })).repeats;
    },
    runOf,
    timesOf: (name, seeds) => Promise.all(seeds.map(async (seed) => (await runOf(name, seed)).finishedAt)),
  };
}

/** Reads a JSON file. */

export async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
