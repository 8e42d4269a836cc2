import { describe, expect, it } from 'vitest';
import { floats } from '../../onnx/build.ts';
import { openSessions } from '../../runtime/session-pool.ts';
import { importOnnx } from './import-onnx.ts';
import { standardOperators } from './standard-operators.ts';
import {
  type GoldenNetwork,
  goldenPixels,
  listGoldenNetworks,
  readGoldenFile,
  toNhwc,
} from './testing/golden-networks.ts';

const networks = listGoldenNetworks();

describe.each(networks)('the network $name of PyTorch', (golden) => {
  const imported = importOnnx(readGoldenFile(`${golden.name}.onnx`), golden.name, {
    external: readGoldenFile,
  });
  const { graph, opset } = imported.model;

  it('has the one form that all networks have', () => {
    const { size, layout = 'NCHW' } = golden;
    expect(opset).toBe(17);
    expect(imported).toMatchObject({ layout, form: 'float32', preprocess: {} });
    expect(graph.inputs).toHaveLength(1);
    const dims = layout === 'NCHW' ? ['N', 3, size, size] : ['N', size, size, 3];
    expect(graph.inputs[0]).toMatchObject({ type: 'float32', dims });
    expect(graph.outputs).toMatchObject([{ name: 'logits', type: 'float32', dims: ['N', 5] }]);
    expect(
      graph.nodes.filter(({ op, domain }) => domain !== undefined || !standardOperators.has(op)),
    ).toEqual([]);
    expect(graph.nodes.filter(({ op }) => /^(Identity|Dropout|Constant)$/.test(op))).toEqual([]);
    const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
    expect([...graph.initializers.keys()].filter((name) => !read.has(name))).toEqual([]);
  });

  it('computes what PyTorch does, two photos at once and one by one', async () => {
    const { count, size, half } = golden;
    // Half precision has 11 bits, and PyTorch rounds each step to them where ours does not.
    const tolerance = half ? 1e-2 : 1e-4;
    const pixels = pixelsFor(golden);
    const name = graph.inputs[0]?.name ?? '';
    const dims = graph.inputs[0]?.dims.slice(1).map(Number) ?? [];
    await using pool = await openSessions(imported.model, { workers: 1 });
    const together = await pool.run({ [name]: floats([count, ...dims], pixels) });
    expect(relativeError(together.logits?.data as Float32Array, golden.outputs)).toBeLessThan(tolerance);
    const plane = 3 * size * size;
    for (let photo = 0; photo < count; photo++) {
      const one = floats([1, ...dims], pixels.slice(photo * plane, (photo + 1) * plane));
      const { logits } = await pool.run({ [name]: one });
      const expected = golden.outputs.slice(photo * 5, (photo + 1) * 5);
      expect(relativeError(logits?.data as Float32Array, expected)).toBeLessThan(tolerance);
    }
  });
});

describe('the golden networks', () => {
  it('are what their names say', () => {
    expect(networks.length).toBeGreaterThan(20);
    const file = importOnnx(readGoldenFile('mobilenet-v3-classic-17.onnx'), 'file');
    const external = importOnnx(readGoldenFile('mobilenet-v3-external.onnx'), 'file', {
      external: readGoldenFile,
    });
    expect(external.model.graph).toEqual(file.model.graph);
    const kept = importOnnx(readGoldenFile('resnet-classic-9.onnx'), 'file').model.graph;
    expect(kept.nodes.some(({ op }) => op === 'BatchNormalization')).toBe(true);
    const typed = importOnnx(readGoldenFile('resnet-typed-fields.onnx'), 'file').model.graph;
    expect(typed).toEqual(kept);
  });
});

function pixelsFor({ count, size, layout }: GoldenNetwork): Float32Array {
  const pixels = goldenPixels(count, size);
  return layout === 'NHWC' ? toNhwc(pixels, count, size) : pixels;
}

/** The largest difference, as a share of the largest expected value. */
function relativeError(found: Float32Array, expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length);
  const difference = Math.max(...expected.map((value, index) => Math.abs(value - (found[index] ?? NaN))));
  return difference / Math.max(...expected.map(Math.abs));
}
