import { describe, expect, it } from 'vitest';
import { floats, int64s, node } from './build.ts';
import type { GraphNode, Model, Tensor, ValueInfo } from './graph.ts';
import { inferShapes } from './infer-shapes.ts';
import { substitute } from './shapes/dimension.ts';
import { shapeRules } from './shapes/rules.ts';
import { drawCase } from './testing/draw-case.ts';
import { type Random, seededRandom } from './testing/random.ts';
import { runForEveryTensor } from './testing/run-model.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
/** What the symbol N stands for when the graphs run. */
const batch = 3;

describe('shapes that onnxruntime gives', () => {
  it('every operator with a rule is tried', () => {
    expect(Object.keys(drawCase).sort()).toEqual([...shapeRules.keys()].sort());
  });

  it.each(seeds)('are those inferred for random uses of every operator (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const { model, feeds } = joinCases(
      Object.keys(drawCase).flatMap((op) => [op, op, op]),
      random,
    );
    const facts = inferShapes(model);
    const real = await runForEveryTensor(model, feeds);
    const names = model.graph.nodes.flatMap(({ outputs }) => outputs);
    expect(names.length).toBeGreaterThan(300);
    for (const name of names) {
      const { type, dims, values } = facts.get(name) ?? {};
      const tensor = real[name];
      expect.soft(type, name).toBe(tensor?.type);
      // Where nothing but the batch is open, everything must be known or follow the batch.
      expect
        .soft(
          dims?.map((dim) => substitute(dim, 'N', batch)),
          name,
        )
        .toEqual(tensor?.dims);
      values?.forEach((value, at) => {
        const expected = Number(tensor?.data[at]);
        expect.soft(substitute(value, 'N', batch), `${name}[${at}]`).toBeCloseTo(expected, 5);
      });
    }
  });
});

describe('an open batch', () => {
  const image: ValueInfo = { name: 'x', type: 'float32', dims: ['N', 3, 8, 8] };

  it("passes through the shape arithmetic of PyTorch's exports", async () => {
    const model = graphOf(
      image,
      [
        node('Shape', ['x'], ['shape']),
        node('Gather', ['shape', 'zero'], ['n']),
        node('Unsqueeze', ['n', 'axis'], ['rows']),
        node('Concat', ['rows', 'rest'], ['target'], { axis: { int: 0 } }),
        node('Reshape', ['x', 'target'], ['tokens']),
        // Windows: N · 4 of them, and back.
        node('Mul', ['n', 'four'], ['windows']),
        node('Unsqueeze', ['windows', 'axis'], ['windowRows']),
        node('Concat', ['windowRows', 'minusOne'], ['windowShape'], { axis: { int: 0 } }),
        node('Reshape', ['x', 'windowShape'], ['cut']),
        node('Div', ['windows', 'four'], ['again']),
        // expand(-1, …): the size stays where −1 is asked for.
        node('Equal', ['target', 'minusOne'], ['open']),
        node('Where', ['open', 'ones', 'target'], ['expanded']),
        node('Expand', ['token', 'expanded'], ['token_for_each']),
        node('ConstantOfShape', ['rows'], ['zeros']),
      ],
      {
        zero: int64s([0], []),
        axis: int64s([0]),
        rest: int64s([3, 64]),
        four: int64s([4], []),
        minusOne: int64s([-1]),
        ones: int64s([1, 1, 1]),
        token: floats([1, 1, 64], new Float32Array(64)),
      },
    );
    const facts = inferShapes(model);
    expect(facts.get('tokens')?.dims).toEqual(['N', 3, 64]);
    expect(facts.get('cut')?.dims).toEqual(['4*N', 48]);
    expect(facts.get('again')?.values).toEqual(['N']);
    expect(facts.get('token_for_each')?.dims).toEqual(['N', 3, 64]);
    expect(facts.get('zeros')?.dims).toEqual(['N']);
    const real = await runForEveryTensor(model, { x: floats([5, 3, 8, 8], new Float32Array(960)) });
    for (const name of ['tokens', 'cut', 'token_for_each', 'zeros']) {
      expect(facts.get(name)?.dims.map((dim) => substitute(dim, 'N', 5))).toEqual(real[name]?.dims);
    }
  });

  it('and open sides leave a window with stride one known, and another unknown, never wrong', () => {
    const conv = (stride: number, output: string): GraphNode =>
      node('Conv', ['x', 'w'], [output], { strides: { ints: [stride, stride] } });
    const open: ValueInfo = { ...image, dims: ['N', 3, 'H', 'W'] };
    const facts = inferShapes(
      graphOf(open, [conv(1, 'one'), conv(2, 'two')], { w: floats([5, 3, 3, 3], new Float32Array(135)) }),
    );
    expect(facts.get('one')?.dims).toEqual(['N', 5, 'H-2', 'W-2']);
    expect(facts.get('two')?.dims).toEqual(['N', 5, '', '']);
  });
});

describe('what cannot be told', () => {
  it.each([
    ['an operator without a rule', node('NonZero', ['x'], ['y'])],
    ['an operator of another domain', { ...node('Relu', ['x'], ['y']), domain: 'com.example' }],
    ['a shape that is fed', node('Reshape', ['x', 'fed'], ['y'])],
    ['axes that are computed from values', node('Squeeze', ['x', 'computed'], ['y'])],
  ])('is absent: %s', (_, unknown) => {
    const model = graphOf(
      { name: 'x', type: 'float32', dims: ['N', 4] },
      [node('Cast', ['x'], ['computed'], { to: { int: 7 } }), unknown, node('Relu', ['y'], ['z'])],
      {},
    );
    const facts = inferShapes(model);
    expect(facts.has('y')).toBe(false);
    expect(facts.has('z')).toBe(false);
    expect(facts.has('computed')).toBe(true);
  });

  it('does not come from a damaged graph as a crash or as memory without end', () => {
    const random = seededRandom(11);
    const ops = Object.keys(drawCase);
    const extremes = [0, -1, 7, -(2 ** 40), 2 ** 31, 2 ** 52];
    for (let trial = 0; trial < 2000; trial++) {
      const { model } = joinCases([ops[trial % ops.length] ?? ''], random);
      const [first, ...others] = model.graph.nodes;
      const damaged = {
        ...first!,
        inputs: random.shuffle(first!.inputs).slice(random.int(0, 1)),
        attributes: Object.fromEntries(
          Object.entries(first!.attributes).map(([name, value]) => [
            name,
            'int' in value
              ? { int: random.pick(extremes as [number]) }
              : 'ints' in value
                ? { ints: extremes.slice(random.int(0, 5)) }
                : value,
          ]),
        ),
      };
      const initializers = new Map(
        [...model.graph.initializers].map(([name, tensor]): [string, Tensor] => [
          name,
          tensor.type === 'int64'
            ? int64s(
                Array.from({ length: tensor.data.length }, () => random.pick(extremes as [number])),
                tensor.dims,
              )
            : tensor,
        ]),
      );
      const facts = inferShapes({
        ...model,
        graph: { ...model.graph, nodes: [damaged, ...others], initializers },
      });
      for (const { dims } of facts.values()) {
        expect(dims.every((dim) => typeof dim === 'string' || (Number.isSafeInteger(dim) && dim >= 0))).toBe(
          true,
        );
      }
    }
  });
});

/** One graph of many nodes that have nothing to do with each other; first operands are fed, with N for a batch of three. */
function joinCases(ops: readonly string[], random: Random): { model: Model; feeds: Record<string, Tensor> } {
  const nodes: GraphNode[] = [];
  const inputs: ValueInfo[] = [];
  const initializers = new Map<string, Tensor>();
  const feeds: Record<string, Tensor> = {};
  for (const [index, op] of ops.entries()) {
    const drawn = drawCase[op]?.(random);
    if (drawn === undefined) throw new Error(`no case for ${op}`);
    const names = drawn.inputs.map((tensor, place) => {
      if (tensor === '') return '';
      const name = `${op}.${index}.${place}`;
      const isFed = place === 0 && tensor.type !== 'int64';
      if (isFed) {
        const [first, ...rest] = tensor.dims;
        inputs.push({ name, type: tensor.type, dims: first === batch ? ['N', ...rest] : tensor.dims });
        feeds[name] = tensor;
      } else {
        initializers.set(name, tensor);
      }
      return name;
    });
    const outputs = Array.from({ length: drawn.outputs ?? 1 }, (_, place) => `${op}.${index}/${place}`);
    nodes.push(node(op, names, outputs, drawn.attributes));
  }
  const outputs = nodes.flatMap((made) =>
    made.outputs.map((name): ValueInfo => ({ name, type: 'float32', dims: [] })),
  );
  return {
    model: { opset: 17, metadata: {}, graph: { name: 'cases', nodes, initializers, inputs, outputs } },
    feeds,
  };
}

function graphOf(input: ValueInfo, nodes: readonly GraphNode[], constants: Record<string, Tensor>): Model {
  const fed: ValueInfo = { name: 'fed', type: 'int64', dims: ['R'] };
  const last = nodes.at(-1)?.outputs[0] ?? '';
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'test',
      nodes,
      initializers: new Map(Object.entries(constants)),
      inputs: nodes.some(({ inputs }) => inputs.includes('fed')) ? [input, fed] : [input],
      outputs: [{ name: last, type: 'float32', dims: [] }],
    },
  };
}
