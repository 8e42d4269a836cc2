import { describe, expect, it } from 'vitest';
import { expectNear, runPictures } from '../testing/run-pictures.ts';
import { importGraphDef } from './import-graphdef.ts';
import { drawLevels, drawNumbers, readGolden, unpack, unpackFloats } from './testing/graphdef-golden.ts';

const golden = await readGolden();

describe('the graph of 2015', () => {
  const { graph, shape, outputs, scaled } = golden.classic;
  const levels = drawLevels(shape, 1);
  const bytes = unpack(graph);

  it('says by its head how photos become its input', () => {
    expect(importGraphDef(bytes, 'net.pb').preprocess).toEqual({
      width: 37,
      height: 37,
      resize: 'stretch',
      crop: 1,
      kernel: 'bilinear',
      scaling: { order: 'RGB', mean: [128, 128, 128], std: [128, 128, 128] },
    });
  });

  it('takes the numbers that its head makes of levels', () => {
    const expected = unpackFloats(scaled);
    for (const [index, level] of levels.entries()) expect((level - 128) / 128).toBe(expected[index]);
    expect(importGraphDef(bytes, 'net.pb').model.graph.inputs).toEqual([
      { name: 'Mul', type: 'float32', dims: ['N', 3, 37, 37] },
    ]);
  });

  it.each([
    ['conv', [1, 18, 18, 8]],
    ['mixed/join', [1, 7, 7, 24]],
    ['pool_3/_reshape', [1, 12]],
    ['softmax', [1, 7]],
  ])('gives the numbers of TensorFlow in %s', async (name, dims) => {
    const { model } = importGraphDef(bytes, 'net.pb', { output: `${name}:0` });
    expect(model.graph.outputs.map((output) => output.name)).toEqual([name]);
    const pictures = { dims: shape, data: unpackFloats(scaled) };
    expectNear(await runPictures(model, pictures), { dims, data: unpackFloats(outputs[name] ?? '') });
  });

  it('keeps the names of its tensors, and ends in its softmax', () => {
    const { nodes, outputs: ends } = importGraphDef(bytes, 'net.pb').model.graph;
    const names = new Set(nodes.flatMap((node) => node.outputs));
    for (const name of ['conv/Conv2D', 'conv/batchnorm', 'pool_3', 'pool_3/_reshape', 'softmax/logits']) {
      expect(names).toContain(name);
    }
    expect(ends).toEqual([{ name: 'softmax', type: 'float32', dims: ['N', 7] }]);
    // What only waits for a node, or decodes the photo, is not written.
    expect([...names].filter((name) => /Decode|Resize|CheckNumerics/.test(name))).toEqual([]);
  });

  it('takes several photos at once, though it was written for one', async () => {
    const { model } = importGraphDef(bytes, 'net.pb');
    const one = unpackFloats(scaled);
    const two = {
      dims: [2, ...shape.slice(1)],
      data: Float32Array.of(...one, ...one.map((value) => -value)),
    };
    const { dims, data } = await runPictures(model, two);
    expect(dims).toEqual([2, 7]);
    expectNear(
      { dims: [1, 7], data: data.slice(0, 7) },
      { dims: [1, 7], data: unpackFloats(outputs.softmax ?? '') },
    );
    expect(data.slice(7)).not.toEqual(data.slice(0, 7));
  });
});

describe('a net of TF-slim', () => {
  const { graphs, shape, outputs } = golden.slim;
  const pictures = { dims: shape, data: drawNumbers(shape, 2) };

  it.each(Object.entries(graphs))(
    'gives the numbers of TensorFlow without its dropout (%s form)',
    async (_, graph) => {
      const { model, preprocess } = importGraphDef(unpack(graph), 'net.pb');
      expect(preprocess).toEqual({ width: 33, height: 33 });
      expect(model.graph.nodes.map(({ op }) => op)).not.toContain('RandomUniform');
      expectNear(await runPictures(model, pictures), {
        dims: [2, 9],
        data: unpackFloats(outputs.output ?? ''),
      });
    },
  );

  it.each([
    ['Conv2d_1/Relu6', [2, 9, 9, 8]],
    ['Conv2d_1/act_quant', [2, 9, 9, 8]],
    ['Conv2d_2/Relu', [2, 9, 9, 12]],
  ])('gives the numbers of TensorFlow in %s', async (output, dims) => {
    const { model } = importGraphDef(unpack(graphs.new ?? ''), 'net.pb', { output });
    expectNear(await runPictures(model, pictures), { dims, data: unpackFloats(outputs[output] ?? '') });
  });

  it('lets a convolution do the padding before it', () => {
    const { nodes } = importGraphDef(unpack(graphs.old ?? ''), 'net.pb').model.graph;
    const depthwise = nodes.find(({ name }) => name.startsWith('Conv2d_1/depthwise'));
    expect(depthwise?.attributes.pads).toEqual({ ints: [1, 0, 1, 2] });
  });
});

describe('what graphs do to levels before their first layer is told, not written', () => {
  const { shape, cases } = golden.heads;
  const levels = drawLevels(shape, 4);

  it.each([
    ['convert_image_dtype, Sub, Mul', [127.5, 127.5, 127.5], [127.5, 127.5, 127.5]],
    ['Cast, Sub, RealDiv by channel', [123.68, 116.779, 103.939], [58.4, 57.1, 57.4]],
    ['Cast, Mul, AddV2', [127.5, 127.5, 127.5], [127.5, 127.5, 127.5]],
    ['Cast, Sub from a constant', [255, 255, 255], [-1, -1, -1]],
  ])('%s', async (name, mean, std) => {
    const { graph, values } = cases[name] ?? { graph: '', values: '' };
    const { model, preprocess } = importGraphDef(unpack(graph), 'net.pb');
    expect(preprocess).toEqual({ width: 5, height: 4, scaling: { order: 'RGB', mean, std } });
    const data = Float32Array.from(levels, (level, index) => (level - mean[index % 3]!) / std[index % 3]!);
    expectNear(await runPictures(model, { dims: shape, data }), { dims: shape, data: unpackFloats(values) });
    expect(model.graph.nodes.map(({ op }) => op).filter((op) => op !== 'Identity')).toEqual(['Elu']);
  });
});
