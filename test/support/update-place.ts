import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunRecord, train, type TrainOptions } from '../../src/index.ts';
import { encodeModel } from '../../src/onnx/write.ts';
import { colourNetwork } from '../fixtures/colour-network.ts';
import { drawSigns, type Sign } from '../fixtures/draw-signs.ts';
import { temporaryFolder } from './home.ts';
import { type Outcome, runRegraft } from './regraft.ts';

/** A folder with drawn photos and a small network: all that updates need. */
export interface UpdatePlace {
  readonly root: string;
  readonly home: string;
  /** Every drawn photo: 36 each of blue, dark, red and plain squares, and others that show two or three of these. */
  readonly signs: readonly Sign[];
  /** A path in the root. */
  at(name: string): string;
  /** Puts photos of a class into `<folder>/<label>`: those from one number of it to another. */
  put(folder: string, label: string, from: number, to: number): Promise<void>;
  /** Trains on a folder of the root with the small network. */
  train(folder: string, out: string, options?: TrainOptions): Promise<RunRecord>;
  /** Copies a model folder. */
  copy(model: string, name: string): Promise<string>;
  /** Runs the built command line in the root. */
  regraft(...args: string[]): Promise<Outcome>;
}

/** Makes a place to update models in; the caller removes its root. */
export async function makeUpdatePlace(): Promise<UpdatePlace> {
  const root = await temporaryFolder();
  const at = (name: string): string => join(root, name);
  const home = at('home');
  const signs = await drawSigns(at('signs'), 288);
  await writeFile(at('colours.onnx'), encodeModel(colourNetwork()));
  return {
    root,
    home,
    signs,
    at,
    async put(folder, label, from, to) {
      const own = signs.filter(({ labels }) => (labels.length === 0 ? 'plain' : labels.join()) === label);
      await mkdir(at(join(folder, label)), { recursive: true });
      for (const { path } of own.slice(from, to)) {
        await copyFile(at(join('signs', path)), at(join(folder, label, path)));
      }
    },
    async train(folder, out, options = {}) {
      const network = { backbone: at('colours.onnx'), scaling: 'unit', head: 'logistic' } as const;
      return (await train(at(folder), { home, out: at(out), ...network, ...options })).run;
    },
    async copy(model, name) {
      await cp(at(model), at(name), { recursive: true });
      return at(name);
    },
    regraft: (...args) => runRegraft(args, { home, cwd: root }),
  };
}

/** Gives the SHA-256 of every file of a folder by its name. */
export async function hashFolder(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) {
    hashes[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  }
  return hashes;
}
