import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { floats } from '../build.ts';
import type { Tensor } from '../graph.ts';
import { decodeModel } from '../read.ts';
import { runModel } from '../testing/run-model.ts';
import { differentiate, gradientName } from './differentiate.ts';

// Made by test/goldens/gradient/blocks.py.
interface BlockGolden {
  readonly name: string;
  readonly x: number[];
  readonly targets: number[];
  readonly logits: number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, number[]>>;
}

const folder = new URL('../../../test/goldens/gradient/', import.meta.url);
const goldens = JSON.parse(await readFile(new URL('gradients.json', folder), 'utf8')) as BlockGolden[];

it.each(goldens)('loss and gradients of the $name block are those of PyTorch', async (golden) => {
  const file = `${golden.name}.onnx.gz`;
  const { graph, ...rest } = decodeModel(gunzipSync(await readFile(new URL(file, folder))), file);
  const parameters = Object.keys(golden.gradients);
  const trained = differentiate({ ...rest, graph }, { loss: 'loss', parameters });
  const feeds = new Map<string, Tensor>([
    ['x', floats([4, 6, 9, 9], golden.x)],
    ['targets', floats([4, 3], golden.targets)],
    ...parameters.map((name): [string, Tensor] => [name, graph.initializers.get(name) as Tensor]),
  ]);
  const results = await runModel(trained, Object.fromEntries(feeds));
  expectClose(results['loss'], [golden.loss], 'loss');
  expectClose(results['logits'], golden.logits, 'logits');
  for (const name of parameters) expectClose(results[gradientName(name)], golden.gradients[name] ?? [], name);
});

/** Within a ten-thousandth of the largest value: float32 against double precision. */
function expectClose(found: Tensor | undefined, expected: readonly number[], name: string): void {
  const values = Array.from((found?.data ?? []) as Float32Array);
  expect(values, name).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  const errors = expected.map((value, at) => Math.abs((values[at] ?? NaN) - value));
  expect(largest, name).toBeGreaterThan(0);
  expect(Math.max(...errors) / largest, name).toBeLessThan(1e-4);
}
