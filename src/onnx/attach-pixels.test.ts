import { describe, expect, it } from 'vitest';
import { namedScalings } from '../backbone/preprocess/named-scalings.ts';
import { openSessions } from '../runtime/session-pool.ts';
import type { PixelScaling } from '../shared/preprocess.ts';
import { attachPixels } from './attach-pixels.ts';
import { floats, node } from './build.ts';
import type { ElementType, Graph, GraphNode, Model, ValueInfo } from './graph.ts';
import { namesOf } from './names.ts';

const size = { width: 5, height: 4 };
const count = 2;
const pixels = Uint8Array.from({ length: count * 4 * 5 * 3 }, (_, index) => (index * 89 + 7) % 256);
const odd: PixelScaling = { order: 'BGR', mean: [123.675, 0, 103.53], std: [58.395, -2, 1 / 3] };

/** A network that gives its input as it is. */
function identity(layout: 'NCHW' | 'NHWC', type: ElementType = 'float32', dims?: ValueInfo['dims']): Model {
  const shape = dims ?? (layout === 'NCHW' ? ['N', 3, 4, 5] : ['N', 4, 5, 3]);
  return {
    opset: 17,
    metadata: { kept: 'yes' },
    graph: {
      name: 'identity',
      nodes: [node('Identity', ['x'], ['y'])],
      initializers: new Map(),
      inputs: [{ name: 'x', type, dims: shape }],
      outputs: [{ name: 'y', type, dims: shape }],
    },
  };
}

async function run(model: Model): Promise<ArrayLike<number | bigint>> {
  await using sessions = await openSessions(model, { workers: 1 });
  const image = { type: 'uint8', dims: [count, size.height, size.width, 3], data: pixels } as const;
  const [output] = Object.values(await sessions.run({ image }));
  return output?.data ?? [];
}

/** What the network should be given, in its own layout, computed pixel by pixel. */
function expected(layout: 'NCHW' | 'NHWC', scaling: PixelScaling | undefined): number[] {
  const { width, height } = size;
  const values: number[] = [];
  const at = (photo: number, y: number, x: number, channel: number): void => {
    const colour = scaling?.order === 'BGR' ? 2 - channel : channel;
    const pixel = pixels[((photo * height + y) * width + x) * 3 + colour] ?? NaN;
    values.push(scaling === undefined ? pixel : (pixel - scaling.mean[colour]!) / scaling.std[colour]!);
  };
  for (let photo = 0; photo < count; photo++) {
    for (let a = 0; a < (layout === 'NCHW' ? 3 : height); a++) {
      for (let b = 0; b < (layout === 'NCHW' ? height : width); b++) {
        for (let c = 0; c < (layout === 'NCHW' ? width : 3); c++) {
          if (layout === 'NCHW') at(photo, b, c, a);
          else at(photo, a, b, c);
        }
      }
    }
  }
  return values;
}

const ops = ({ graph }: Model): string[] => graph.nodes.map(({ op }) => op);
const scalings = [
  ...Object.entries(namedScalings).map(([name, { scaling }]) => [name, scaling] as const),
  ['three different ones, BGR', odd],
  ['a BGR order alone', { order: 'BGR', mean: [0, 0, 0], std: [1, 1, 1] }],
] as const satisfies (readonly [string, PixelScaling])[];

describe.each(['NCHW', 'NHWC'] as const)('pixels in front of a network in %s', (layout) => {
  it.each(scalings)('are scaled by %s', async (_, scaling) => {
    const model = attachPixels(identity(layout), layout, scaling, size);
    expect(model.graph.inputs).toEqual([{ name: 'image', type: 'uint8', dims: ['N', 4, 5, 3] }]);
    const values = await run(model);
    const wanted = expected(layout, scaling);
    expect(values.length).toBe(wanted.length);
    // Two constants and two operations, each rounded to 24 bits, of at most (255 + mean) / std.
    const tolerance =
      Math.max(...scaling.std.map((std, i) => (255 + scaling.mean[i]!) / Math.abs(std))) * 2 ** -22;
    for (const [index, value] of wanted.entries()) {
      expect(Math.abs(Number(values[index]) - value)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('stay bytes for a network that takes bytes', async () => {
    const model = attachPixels(identity(layout, 'uint8'), layout, undefined, size);
    expect(Array.from(await run(model))).toEqual(expected(layout, undefined));
    expect(ops(model)).toEqual(layout === 'NCHW' ? ['Transpose', 'Identity'] : ['Identity']);
  });

  it('take no operator that changes nothing', () => {
    const opsFor = (scaling: PixelScaling): string[] =>
      ops(attachPixels(identity(layout), layout, scaling, size));
    const first = layout === 'NCHW' ? ['Transpose'] : [];
    expect(opsFor(namedScalings.pixels.scaling)).toEqual([...first, 'Cast', 'Identity']);
    expect(opsFor(namedScalings.unit.scaling)).toEqual([...first, 'Cast', 'Mul', 'Identity']);
    expect(opsFor(namedScalings.caffe.scaling)).toEqual([...first, 'Gather', 'Cast', 'Add', 'Identity']);
    expect(opsFor(namedScalings.imagenet.scaling)).toEqual([...first, 'Cast', 'Mul', 'Add', 'Identity']);
  });

  it('fix a size that the network leaves open', async () => {
    const open = layout === 'NCHW' ? ['N', 3, 'H', 'W'] : ['N', '', '', 3];
    const model = attachPixels(identity(layout, 'float32', open), layout, odd, size);
    expect(model.graph.inputs[0]?.dims).toEqual(['N', 4, 5, 3]);
    expect((await run(model)).length).toBe(pixels.length);
  });
});

it('what the model says of itself stays, and equal calls give equal models', () => {
  const model = attachPixels(identity('NCHW'), 'NCHW', odd, size);
  expect(model).toMatchObject({ opset: 17, metadata: { kept: 'yes' } });
  expect(attachPixels(identity('NCHW'), 'NCHW', odd, size)).toEqual(model);
});

describe('a network that uses the names already', () => {
  const constant = floats([1], [0]);
  /** x + image/float/constant − …: tensors with every name that the pixels would take. */
  function crowded(type: ElementType, input: string): Model {
    const inner: Graph = {
      name: 'branch',
      nodes: [node('Identity', ['image/shifted'], ['image/shifted/inner'])],
      initializers: new Map(),
      inputs: [],
      outputs: [{ name: 'image/shifted/inner', type, dims: [] }],
    };
    const nodes: GraphNode[] = [
      node('Identity', [input], ['image/shifted']),
      node('Identity', ['image/shifted'], [input === 'image' ? 'image/float' : 'image']),
      {
        ...node('Identity', [input === 'image' ? 'image/float' : 'image'], ['image/network']),
        name: 'image/scaled',
      },
      node('If', ['always'], ['y'], { then_branch: { graph: inner }, else_branch: { graph: inner } }),
    ];
    const { graph, ...rest } = identity('NCHW', type);
    return {
      ...rest,
      graph: {
        ...graph,
        nodes,
        initializers: new Map([
          ['always', { type: 'bool', dims: [], data: Uint8Array.of(1) }],
          ['image/scaled/constant', constant],
        ]),
        inputs: graph.inputs.map((value) => ({ ...value, name: input })),
      },
    };
  }

  it.each(['x', 'image'])('as %s keeps computing the same', async (input) => {
    const model = attachPixels(crowded('float32', input), 'NCHW', odd, size);
    const made = model.graph.nodes.flatMap(({ outputs }) => outputs);
    const defined = [
      ...made,
      ...model.graph.initializers.keys(),
      ...model.graph.inputs.map(({ name }) => name),
    ];
    expect(new Set(defined).size).toBe(defined.length);
    const names = model.graph.nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const values = await run(model);
    expected('NCHW', odd).forEach((value, index) => {
      expect(Number(values[index])).toBeCloseTo(value, 3);
    });
    const bytes = attachPixels(crowded('uint8', input), 'NCHW', undefined, size);
    expect(Array.from(await run(bytes))).toEqual(expected('NCHW', undefined));
  });

  it('as its input needs nothing in front when it takes just these pixels', () => {
    const already = identity('NHWC', 'uint8');
    const graph = {
      ...already.graph,
      nodes: [node('Identity', ['image'], ['y'])],
      inputs: [{ name: 'image', type: 'uint8', dims: ['N', 4, 5, 3] } as const],
    };
    expect(attachPixels({ ...already, graph }, 'NHWC', undefined, size)).toEqual({ ...already, graph });
  });
});

it('names inside the graphs of nodes count as taken', () => {
  const inner = identity('NCHW').graph;
  const graph: Graph = {
    ...inner,
    nodes: [node('If', ['c'], ['z'], { then_branch: { graph: inner } })],
    inputs: [],
    outputs: [],
  };
  expect(namesOf(graph)).toEqual(new Set(['c', 'z', 'x', 'y']));
});

it.each([
  ['float32 without scaling', identity('NCHW'), 'NCHW', undefined],
  ['uint8 with scaling', identity('NCHW', 'uint8'), 'NCHW', odd],
  ['the other layout', identity('NCHW'), 'NHWC', odd],
  ['another size', identity('NCHW', 'float32', ['N', 3, 4, 6]), 'NCHW', odd],
  ['one channel', identity('NCHW', 'float32', ['N', 1, 4, 5]), 'NCHW', odd],
  ['three dimensions', identity('NCHW', 'float32', [3, 4, 5]), 'NCHW', odd],
  ['no input', { ...identity('NCHW'), graph: { ...identity('NCHW').graph, inputs: [] } }, 'NCHW', odd],
] as const)('an input of %s is a mistake of the caller', (_, model, layout, scaling) => {
  expect(() => attachPixels(model, layout, scaling, size)).toThrow(/^Expected .+ input .*but found/);
});
