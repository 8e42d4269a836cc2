import { readFileSync } from 'node:fs';
import type { TfjsFiles } from '../import-tfjs.ts';

/** A network with what its own framework computes with it. */
export interface GoldenNetwork {
  readonly name: string;
  /** The model.json. */
  readonly json: object;
  /** Its weight files in base64. */
  readonly shards: Readonly<Record<string, string>>;
  /** Of one picture, channels last. */
  readonly shape: readonly [number, number, number];
  /** Of two pictures; values are float32 in base64. */
  readonly outputs: readonly { readonly shape: readonly number[]; readonly values: string }[];
}

/** The goldens of a file in test/goldens. */
export function readGoldenNetworks(file: string): {
  readonly networks: readonly GoldenNetwork[];
  readonly real?: Omit<GoldenNetwork, 'json' | 'shards'>;
} {
  const url = new URL(`../../../../test/goldens/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as ReturnType<typeof readGoldenNetworks>;
}

/** A golden of that name, as the files that an importer reads. */
export function goldenFiles({ json, shards }: Pick<GoldenNetwork, 'json' | 'shards'>): TfjsFiles {
  const files = new Map(Object.entries(shards).map(([path, text]) => [path, Buffer.from(text, 'base64')]));
  return {
    json: JSON.stringify(json),
    read: (path) => {
      const bytes = files.get(path);
      if (bytes === undefined) throw new Error(`no such file: ${path}`);
      return bytes;
    },
  };
}
