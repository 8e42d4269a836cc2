import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';

/** What test/goldens/graphdef.py computed with TensorFlow; tensors are packed float32, pictures channels last. */
export interface GraphDefGolden {
  readonly classic: {
    readonly graph: string;
    readonly shape: readonly number[];
    readonly outputs: Readonly<Record<string, string>>;
    /** What the graph's head makes of the levels. */
    readonly scaled: string;
  };
  readonly slim: {
    readonly graphs: Readonly<Record<string, string>>;
    readonly shape: readonly number[];
    readonly outputs: Readonly<Record<string, string>>;
  };
  readonly operators: {
    readonly shape: readonly number[];
    readonly cases: Readonly<
      Record<string, { readonly graph: string; readonly dims: readonly number[]; readonly values: string }>
    >;
  };
  readonly heads: {
    readonly shape: readonly number[];
    readonly cases: Readonly<Record<string, { readonly graph: string; readonly values: string }>>;
  };
  readonly networks: readonly {
    readonly file: string;
    readonly sha256: string;
    readonly pictures: readonly {
      readonly seed: number;
      readonly outputs: Readonly<
        Record<string, { readonly dims: readonly number[]; readonly values: string }>
      >;
    }[];
  }[];
}

/** Reads the goldens. */
export async function readGolden(): Promise<GraphDefGolden> {
  const file = fileURLToPath(new URL('../../../../test/goldens/graphdef.json', import.meta.url));
  return JSON.parse(await readFile(file, 'utf8')) as GraphDefGolden;
}

/** The bytes of a packed file. */
export function unpack(text: string): Uint8Array {
  return Uint8Array.from(inflateSync(Buffer.from(text, 'base64')));
}

/** The numbers of a packed tensor. */
export function unpackFloats(text: string): Float32Array {
  return new Float32Array(unpack(text).buffer as ArrayBuffer);
}

/** Levels 0 to 255 by integer arithmetic, as `draw` in graphdef.py draws them. */
export function drawLevels(shape: readonly number[], seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Small numbers around 0 from levels, as `numbers` in graphdef.py makes them. */
export function drawNumbers(shape: readonly number[], seed: number): Float32Array {
  return Float32Array.from(drawLevels(shape, seed), (level) => (level - 128) / 64);
}
