import { describe, expect, it } from 'vitest';
import type { Backbone } from '../../backbone/backbone.ts';
import { RegraftError } from '../../errors.ts';
import { floats } from '../../onnx/build.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { runForEveryTensor, runModel } from '../../onnx/testing/run-model.ts';
import { drawPixels } from '../testing/draw-pixels.ts';
import { floatBackbone } from '../testing/float-backbone.ts';
import { quantisedBackbone } from '../testing/quantised-backbone.ts';
import { type CutNetwork, cutNetwork } from './cut-network.ts';
import { joinCut } from './join-cut.ts';

const quantised = quantisedBackbone();
const real = floatBackbone();

type Outputs = Readonly<Record<string, Tensor>>;

/** Runs the two parts one after the other. */
async function runParts(cut: CutNetwork, image: Tensor): Promise<{ below: Outputs; above: Outputs }> {
  const below = await runModel(cut.frozen, { image });
  const activation = below[cut.activation.name] as Tensor;
  return { below, above: await runModel(cut.upper, { [cut.activation.name]: activation }) };
}

function largestDifference(found: Tensor | undefined, expected: Tensor | undefined): number {
  expect([found?.type, found?.dims]).toEqual([expected?.type, expected?.dims]);
  const values = Array.from((expected?.data ?? []) as ArrayLike<number>);
  return Math.max(...values.map((value, at) => Math.abs(value - Number(found?.data[at]))));
}

describe('where a network is cut', () => {
  it.each([
    ['Block_2', 'Block_2', ['Block_3']],
    ['Block_1', 'Block_1', ['Block_2', 'Block_3']],
    [1, 'Block_2', ['Block_3']],
    [2, 'Block_1', ['Block_2', 'Block_3']],
    ['2', 'Block_1', ['Block_2', 'Block_3']],
    ['all', 'all', ['Block_1', 'Block_2', 'Block_3']],
  ])('%s: behind %s', (fineTune, name, blocks) => {
    const cut = cutNetwork(quantised, fineTune);
    expect([cut.name, cut.blocks]).toEqual([name, blocks]);
    const below = ['Block_1', 'Block_2', 'Block_3', 'bottleneck'].filter((tap) => tap <= name);
    expect(cut.taps.frozen.map((tap) => tap.name)).toEqual(name === 'all' ? [] : below);
    expect([...cut.taps.frozen, ...cut.taps.upper]).toEqual(quantised.taps);
  });

  it('a bottleneck with weights of its own is a block, and a tap that paths go around is none', () => {
    expect(cutNetwork(real, 1)).toMatchObject({ name: '4x4', blocks: ['bottleneck'] });
    expect(cutNetwork(real, 2)).toMatchObject({ name: '8x8', blocks: ['4x4', 'bottleneck'] });
    expect(cutNetwork(real, 'all').blocks).toEqual(['8x8', '4x4', 'bottleneck']);
    // What a cut behind the residual block leaves below: also the tap inside it.
    expect(cutNetwork(real, 2).taps.frozen.map(({ name }) => name)).toEqual(['inner', '8x8']);
  });

  const drawn = 'Its blocks, from first to last: Block_1, Block_2, Block_3.';
  const drawnFloats = 'Its blocks, from first to last: 8x8, 4x4, bottleneck.';
  it.each<[string, Backbone, string | number, string, string]>([
    [
      'of an unknown name',
      quantised,
      'Mixed_6e',
      'Expected a block of drawn, a number of blocks or "all" for fineTune but received "Mixed_6e".',
      drawn,
    ],
    ['of a misspelt name', quantised, 'block-2', 'but received "block-2".', `Did you mean Block_2? ${drawn}`],
    ['that only pools', quantised, 'bottleneck', 'but received "bottleneck".', drawn],
    [
      'with none behind it',
      quantised,
      'Block_3',
      'Expected a block with others behind it for fineTune but received "Block_3", the last one of drawn.',
      `What lies behind the block is trained: name an earlier one, or give "all". ${drawn}`,
    ],
    [
      'that a path goes around',
      real,
      'inner',
      'found a path of drawn floats that goes around "inner".',
      `Give another block, or "all" to train the whole network. ${drawnFloats}`,
    ],
    [
      'before all others',
      quantised,
      3,
      'Expected a number of blocks, from 1 to 2, for fineTune but received 3: drawn has 3 blocks.',
      `Give "all" to train the whole network. ${drawn}`,
    ],
    ['of number 0', quantised, 0, 'but received 0:', 'Give "all"'],
    ['of number −1', quantised, -1, 'but received -1:', 'Give "all"'],
    ['of number 1.5', quantised, 1.5, 'but received 1.5:', 'Give "all"'],
    ['of no name', quantised, '', 'but received "".', drawn],
  ])('a block %s is refused', (_, backbone, fineTune, message, hint) => {
    const error = refusal(backbone, fineTune);
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it('a network that takes one photo at a time is refused', () => {
    const { graph } = quantised.model;
    const inputs = graph.inputs.map((input) => ({ ...input, dims: [1, ...input.dims.slice(1)] }));
    const fixed = { ...quantised, model: { ...quantised.model, graph: { ...graph, inputs } } };
    const error = refusal(fixed, 1);
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toContain('found that drawn takes one photo at a time.');
  });
});

describe('a quantised network in two parts', () => {
  const image = drawPixels(quantised, 3);

  it.each(['Block_1', 'Block_2', 'all'])(
    '%s: the frozen part gives the very numbers of the whole',
    async (name) => {
      const cut = cutNetwork(quantised, name);
      const [whole, { below }] = [await runModel(quantised.model, { image }), await runParts(cut, image)];
      for (const tap of cut.taps.frozen) expect(below[tap.name]).toEqual(whole[tap.name]);
      const activation = below[cut.activation.name] as Tensor;
      expect([activation.type, ...activation.dims.slice(1)]).toEqual(['uint8', ...cut.activation.dims]);
      const tensor = { Block_1: 'one', Block_2: 'two' }[name];
      if (tensor === undefined) {
        expect(activation).toEqual(image);
        return;
      }
      // Where every tensor is an output, onnxruntime joins fewer operators and rounds some levels the other way.
      const every = await runForEveryTensor(quantised.model, { image });
      expect(largestDifference(activation, every[tensor])).toBeLessThanOrEqual(1);
      expect(new Set(activation.data as Uint8Array).size).toBeGreaterThan(100);
    },
  );

  it.each(['Block_1', 'Block_2', 'all'])(
    '%s: the trained part computes with real numbers, and gives what the whole gives but for the rounding of levels',
    async (name) => {
      const cut = cutNetwork(quantised, name);
      const [whole, { above }] = [await runModel(quantised.model, { image }), await runParts(cut, image)];
      const types = new Set(cut.upper.graph.nodes.map(({ op }) => op));
      expect(types.has('QuantizeLinear')).toBe(false);
      expect(
        cut.upper.graph.nodes.filter(({ op }) => op === 'DequantizeLinear').map(({ inputs }) => inputs[0]),
      ).toHaveLength(1);
      for (const tap of cut.taps.upper) {
        // Levels lie 1/90 to 1/60 apart, and means of several are closer than that.
        expect(largestDifference(above[tap.name], whole[tap.name]), tap.name).toBeLessThan(1 / 60);
        expect(Math.max(...(whole[tap.name]?.data as Float32Array)), tap.name).toBeGreaterThan(1);
      }
    },
  );

  it('each convolution keeps its range, where its ReLU lies, and nothing else is clipped', () => {
    const { nodes } = cutNetwork(quantised, 'all').upper.graph;
    const clips = nodes.filter(({ op }) => op === 'Clip');
    const made = clips.map(({ inputs }) => nodes.find(({ outputs }) => outputs[0] === inputs[0])?.op);
    // The joined branches too: the range of the left one is narrower than that of the whole, but that of the whole is the narrower one of the right.
    expect(made).toEqual(['Conv', 'Conv', 'Conv', 'Conv']);
  });
});

describe('a network of real numbers in two parts', () => {
  const image = drawPixels(real, 3);

  it.each([1, 2, 'all'])('%s: the two give what the whole gives', async (fineTune) => {
    const cut = cutNetwork(real, fineTune);
    const [whole, { below, above }] = [await runModel(real.model, { image }), await runParts(cut, image)];
    expect(cut.activation.type).toBe(fineTune === 'all' ? 'uint8' : 'float32');
    for (const { name } of cut.taps.frozen) expect(below[name]).toEqual(whole[name]);
    // Folding BatchNormalization rounds differently.
    for (const { name } of cut.taps.upper) {
      expect(largestDifference(above[name], whole[name])).toBeLessThan(1e-4);
    }
  });

  it('weights, biases and slopes are parameters; constants of scaling, bounds and shapes are none', () => {
    const { upper, parameters, decayed } = cutNetwork(real, 'all');
    const shapes = parameters.map((name) => upper.graph.initializers.get(name)?.dims.join('x'));
    // BatchNormalization lies in the weights before it and gives them a bias.
    expect(shapes).toEqual(['6x3x3x3', '6', '4x6x3x3', '4', '4x1x1', '6x4x3x3', '6', '5x6x3x3', '5x7', '7']);
    expect(decayed.map((name) => upper.graph.initializers.get(name)?.dims.join('x'))).toEqual([
      '6x3x3x3',
      '4x6x3x3',
      '6x4x3x3',
      '5x6x3x3',
      '5x7',
    ]);
    const others = [...upper.graph.initializers.keys()].filter((name) => !parameters.includes(name));
    expect(others).toEqual(expect.arrayContaining(['six']));
    expect(others.every((name) => (upper.graph.initializers.get(name)?.data.length ?? 9) <= 3)).toBe(true);
  });
});

describe('the two parts joined', () => {
  it.each([
    [quantised, 'Block_1'],
    [quantised, 'all'],
    [real, 2],
    [real, 'all'],
  ] as const)('%#: they give what they give one after the other', async (backbone, fineTune) => {
    const [cut, image] = [cutNetwork(backbone, fineTune), drawPixels(backbone, 3)];
    const joined = joinCut(cut);
    expect(joined.graph.inputs).toEqual(backbone.model.graph.inputs);
    expect(joined.graph.outputs).toEqual(backbone.model.graph.outputs);
    const [found, { below, above }] = [await runModel(joined, { image }), await runParts(cut, image)];
    for (const { name } of backbone.taps) {
      expect(largestDifference(found[name], above[name] ?? below[name]), name).toBeLessThan(1e-4);
    }
  });

  it('trained weights take the place of the old ones, and one of another shape is refused', async () => {
    const [cut, image] = [cutNetwork(real, 1), drawPixels(real, 2)];
    const [weights = '', bias = ''] = cut.parameters;
    const trained = new Map([
      [weights, floats([5, 7], new Float32Array(35))],
      [bias, floats([7], [1, 2, 3, 4, 5, 6, 7])],
    ]);
    const { bottleneck } = await runModel(joinCut(cut, trained), { image });
    expect([...(bottleneck?.data ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7]);
    expect(() => joinCut(cut, new Map([[bias, floats([6], new Float32Array(6))]]))).toThrow(
      'Expected float32 [7]',
    );
  });
});

function refusal(backbone: Backbone, fineTune: string | number): RegraftError {
  try {
    cutNetwork(backbone, fineTune);
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
  throw new Error(`${fineTune} was taken`);
}
