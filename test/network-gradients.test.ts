import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importOnnx } from '../src/import/onnx/import-onnx.ts';
import { append } from '../src/onnx/append.ts';
import { elementCount, floats, node } from '../src/onnx/build.ts';
import { differentiate, gradientName } from '../src/onnx/gradient/differentiate.ts';
import type { Model, Tensor } from '../src/onnx/graph.ts';
import { inferShapes } from '../src/onnx/infer-shapes.ts';
import { simplify } from '../src/onnx/simplify.ts';
import { seededRandom } from '../src/onnx/testing/random.ts';
import { encodeModel } from '../src/onnx/write.ts';
import { openSessions } from '../src/runtime/session-pool.ts';

const folder = fileURLToPath(new URL('goldens/onnx-networks/', import.meta.url));
const exported = readdirSync(folder).filter((file) =>
  /^(resnet|mobilenet|efficientnet|convnext).*\.onnx\.gz$/.test(file),
);
const batch = 2;

describe.each(exported)('%s', (file) => {
  it('can be trained from its first layer on: a step along the gradient changes the loss by as much as it says', async () => {
    const { model, parameters } = withLoss(simplify(open(file)));
    const trained = differentiate(model, { loss: 'loss', parameters });
    const unknown = [...inferShapes(trained).values()].filter(({ dims }) => dims.includes(''));
    expect(unknown).toEqual([]);

    const [image] = model.graph.inputs;
    const dims = (image?.dims ?? []).map((dim) => (typeof dim === 'number' ? dim : batch));
    const x = floats(dims, seededRandom(3).floats(elementCount(dims)));
    const weights = new Map(parameters.map((name) => [name, model.graph.initializers.get(name) as Tensor]));
    await using sessions = await openSessions(encodeModel(trained), { workers: 1 });
    const run = (fed: ReadonlyMap<string, Tensor>): Promise<Readonly<Record<string, Tensor>>> =>
      sessions.run({ [image?.name ?? '']: x, ...Object.fromEntries(fed) });

    const gradients = await run(weights);
    const squares = parameters.map((name) =>
      (gradients[gradientName(name)]?.data as Float32Array).reduce((sum, value) => sum + value * value, 0),
    );
    for (const [index, square] of squares.entries()) expect(square, parameters[index]).toBeGreaterThan(0);
    const length = squares.reduce((sum, square) => sum + square, 0);
    // So small that hardly any activation passes a bend, so large that the loss changes by more than it is rounded.
    const step = 2e-3 / Math.sqrt(length);
    const losses = await Promise.all(
      [step, -step].map(async (size) => {
        const moved = new Map(
          [...weights].map(([name, tensor]): [string, Tensor] => {
            const slope = gradients[gradientName(name)]?.data as Float32Array;
            const values = (tensor.data as Float32Array).map((value, at) => value + size * (slope[at] ?? 0));
            return [name, floats(tensor.dims, values)];
          }),
        );
        return Number((await run(moved))['loss']?.data[0]);
      }),
    );
    const change = ((losses[0] ?? NaN) - (losses[1] ?? NaN)) / (2 * step);
    expect(Math.abs(change / length - 1)).toBeLessThan(0.02);
  });
});

/** The network with the mean square of its scores as loss, and the names of its weights. */
function withLoss(model: Model): { model: Model; parameters: string[] } {
  const logits = model.graph.outputs.find(({ dims }) => dims.length === 2)?.name ?? '';
  const nodes = [
    node('Mul', [logits, logits], ['squares']),
    node('ReduceMean', ['squares'], ['loss'], { keepdims: { int: 0 } }),
  ];
  const outputs = [{ name: 'loss', type: 'float32', dims: [] }] as const;
  const parameters = [...model.graph.initializers]
    .filter(([, { type, dims }]) => type === 'float32' && dims.length > 0)
    .map(([name]) => name);
  return { model: append(model, { nodes, outputs }), parameters };
}

function open(file: string): Model {
  const read = (name: string): Uint8Array => gunzipSync(readFileSync(`${folder}${name}`));
  return importOnnx(read(file), file, { external: (path) => read(`${path}.gz`) }).model;
}
