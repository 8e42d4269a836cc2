import { describe, expect, it } from 'vitest';
import { RegraftError } from '../errors.ts';
import { elementCount } from '../onnx/build.ts';
import { encodeModel } from '../onnx/write.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { importerSamples } from './testing/importer-samples.ts';

const source = 'folder/network.file';

describe.each(importerSamples)('the importer of $name', ({ sound, foreign, unsupported, refused }) => {
  it('gives standard operators of set 17', () => {
    const { model } = sound(source);
    expect(model.opset).toBe(17);
    expect(model.graph.nodes.length).toBeGreaterThan(0);
    expect(model.graph.nodes.map(({ domain }) => domain ?? '')).toEqual(model.graph.nodes.map(() => ''));
  });

  it('gives one image input in the layout and the form that it says, with an open batch', () => {
    const { model, layout, form } = sound(source);
    const [input, ...others] = model.graph.inputs;
    expect(others).toEqual([]);
    const [batch, ...dims] = input?.dims ?? [];
    expect(batch).toBe('N');
    expect(dims).toHaveLength(3);
    expect(dims[layout === 'NCHW' ? 0 : 2]).toBe(3);
    expect(['float32', 'uint8']).toContain(input?.type);
    expect(['float32', 'uint8']).toContain(form);
  });

  it('gives outputs with an open batch that nodes make', () => {
    const { graph } = sound(source).model;
    const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
    expect(graph.outputs.length).toBeGreaterThan(0);
    for (const { name, dims } of graph.outputs) {
      expect(made).toContain(name);
      expect(dims[0]).toBe('N');
    }
  });

  it('gives nodes in an order in which each finds what it reads', () => {
    const { graph } = sound(source).model;
    const known = new Set(['', ...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)]);
    for (const { name, inputs, outputs } of graph.nodes) {
      const missing = inputs.filter((input) => !known.has(input));
      expect({ name, missing }).toEqual({ name, missing: [] });
      for (const output of outputs) known.add(output);
    }
  });

  it('names every node and every tensor once', () => {
    const { graph } = sound(source).model;
    const names = graph.nodes.map(({ name }) => name);
    expect(names).not.toContain('');
    expect(new Set(names).size).toBe(names.length);
    const tensors = [
      ...graph.inputs.map(({ name }) => name),
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap(({ outputs }) => outputs.filter((output) => output !== '')),
    ];
    expect(new Set(tensors).size).toBe(tensors.length);
  });

  it('gives constants of as many values as their shape says', () => {
    const { graph } = sound(source).model;
    const counts = [...graph.initializers].map(([name, { data }]) => [name, data.length]);
    const expected = [...graph.initializers].map(([name, { dims }]) => [name, elementCount(dims)]);
    expect(counts).toEqual(expected);
  });

  it('gives a graph that runs, for one photo and for three alike', async () => {
    const { model } = sound(source);
    const [input] = model.graph.inputs;
    const [output] = model.graph.outputs;
    const { name = '', type = 'float32', dims = [] } = input ?? {};
    const photo = dims.slice(1).map((dim) => (typeof dim === 'number' ? dim : 32));
    const size = elementCount(photo);
    const pixel = (index: number): number => (index * 37 + Math.floor(index / size) * 11) % 256;
    const run = async (from: number, count: number): Promise<number[]> => {
      const values = Array.from({ length: count * size }, (_, index) => pixel(from * size + index));
      const data = type === 'uint8' ? Uint8Array.from(values) : Float32Array.from(values);
      const results = await sessions.run({ [name]: { type, dims: [count, ...photo], data } });
      return Array.from(results[output?.name ?? '']?.data as Float32Array);
    };
    await using sessions = await openSessions(model, { workers: 1 });
    const together = await run(0, 3);
    const apart = [await run(0, 1), await run(1, 1), await run(2, 1)].flat();
    expect(apart.every(Number.isFinite)).toBe(true);
    expect(new Set(apart).size).toBeGreaterThan(1);
    expect(together).toHaveLength(apart.length);
    for (const [index, value] of together.entries()) expect(value).toBeCloseTo(apart[index] ?? NaN, 3);
  });

  it('gives equal bytes for equal files', () => {
    const [first, second] = [encodeModel(sound(source).model), encodeModel(sound(source).model)];
    expect(Buffer.compare(first, second)).toBe(0);
  });

  it('refuses a file of another kind by its name', () => {
    const error = refusal(() => foreign(source));
    expect(error?.code).toBe('BACKBONE_INVALID');
    expect(error?.message).toContain(source);
  });

  it('refuses an operator that it does not know by its kind, its node and the file', () => {
    const error = refusal(() => unsupported(source));
    expect(error?.code).toBe('OPERATOR_UNSUPPORTED');
    for (const part of [source, ...refused]) expect(error?.message).toContain(part);
    expect(error?.hint).toMatch(/\S/);
  });
});

function refusal(read: () => unknown): RegraftError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
}
