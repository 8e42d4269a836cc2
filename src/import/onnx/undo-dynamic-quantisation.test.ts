import { expect, it } from 'vitest';
import { floats, int8s, node, uint8s } from '../../onnx/build.ts';
import type { GraphNode, Model, Tensor } from '../../onnx/graph.ts';
import {
  expectClose,
  imageModel,
  images,
  importModel,
  int,
  runModel,
  side,
  someNumbers,
} from './testing/run-model.ts';

const filters = 4;
const classes = 5;
const kernel = Array.from({ length: filters * 3 * 9 }, (_, at) => (at * 37) % 256);
const matrix = Array.from({ length: filters * classes }, (_, at) => ((at * 53) % 256) - 128);
const kernelStep = 0.004;
const matrixSteps = [0.01, 0.02, 0.03, 0.04, 0.05];

/** As onnxruntime's quantize_dynamic writes it: a convolution, and a matrix with one scale a column. */
const quantised: Readonly<Record<string, Tensor>> = {
  k: uint8s([filters, 3, 3, 3], kernel),
  'k/scale': floats([], [kernelStep]),
  'k/zero': uint8s([], [120]),
  m: int8s([filters, classes], matrix),
  'm/scale': floats([classes], matrixSteps),
  'm/zero': int8s([classes], [0, 1, -2, 3, 0]),
};
const bias = floats([classes], someNumbers(classes));

function layer(op: string, from: string, weights: string, to: string): readonly GraphNode[] {
  return [
    node('DynamicQuantizeLinear', [from], [`${from}/q`, `${from}/step`, `${from}/zero`]),
    node(op, [`${from}/q`, weights, `${from}/zero`, `${weights}/zero`], [`${to}/sum`]),
    node('Cast', [`${to}/sum`], [`${to}/real`], { to: int(1) }),
    node('Mul', [`${from}/step`, `${weights}/scale`], [`${to}/scale`]),
    node('Mul', [`${to}/real`, `${to}/scale`], [to]),
  ];
}

const middle = [
  node('Relu', ['c'], ['r']),
  node('GlobalAveragePool', ['r'], ['p']),
  node('Flatten', ['p'], ['f']),
];
const nodes = [
  ...layer('ConvInteger', 'x', 'k', 'c'),
  ...middle,
  ...layer('MatMulInteger', 'f', 'm', 's'),
  node('Add', ['s', 'bias'], ['y']),
];

const real = imageModel(
  17,
  [
    node('Conv', ['x', 'k'], ['c']),
    ...middle,
    node('MatMul', ['f', 'm'], ['s']),
    node('Add', ['s', 'bias'], ['y']),
  ],
  {
    k: floats(
      [filters, 3, 3, 3],
      kernel.map((value) => kernelStep * (value - 120)),
    ),
    m: floats(
      [filters, classes],
      matrix.map(
        (value, at) => (matrixSteps[at % classes] ?? NaN) * (value - ([0, 1, -2, 3, 0][at % classes] ?? NaN)),
      ),
    ),
    bias,
  },
);

const dynamic = (given: readonly GraphNode[] = nodes): Model => imageModel(17, given, { ...quantised, bias });
const operators = ({ graph }: Model): string[] => graph.nodes.map(({ op }) => op);

it('layers that are quantised while they run are computed with their 8-bit weights in float32', async () => {
  const imported = importModel(dynamic());
  expect(operators(imported).filter((op) => /Integer|Quantize/.test(op))).toEqual([]);
  expectClose(await runModel(imported, images()), (await runModel(real, images())).data as Float32Array);
});

it('they give what the file gives for one photo, up to the steps of its quantisation', async () => {
  const photo = images(1);
  const [found, expected] = [await runModel(importModel(dynamic()), photo), await runModel(dynamic(), photo)];
  const span = Math.max(...Array.from(expected.data, Number).map(Math.abs));
  expect(span).toBeGreaterThan(1);
  for (const [at, value] of Array.from(expected.data, Number).entries()) {
    expect(Math.abs(value - Number(found.data[at]))).toBeLessThan(0.02 * span);
  }
});

it("a photo's result does not depend on those beside it, as it does in the file", async () => {
  const plane = 3 * side * side;
  const quiet = Float32Array.from(someNumbers(plane), (value) => value / 50);
  const loud = someNumbers(plane, 5);
  const alone = floats([1, 3, side, side], quiet);
  const together = floats([2, 3, side, side], [...quiet, ...loud]);
  const difference = async (model: Model): Promise<number> => {
    const [one, two] = [await runModel(model, alone), await runModel(model, together)];
    const values = Array.from(one.data, Number).map((value, at) => Math.abs(value - Number(two.data[at])));
    return Math.max(...values);
  };
  expect(await difference(dynamic())).toBeGreaterThan(1e-3);
  expect(await difference(importModel(dynamic()))).toBeLessThan(1e-6);
});

it('one quantised tensor may go into several layers', async () => {
  const second = layer('ConvInteger', 'x', 'k', 'd').filter(({ op }) => op !== 'DynamicQuantizeLinear');
  const given = [
    ...layer('ConvInteger', 'x', 'k', 'c'),
    ...second.map((other) => ({ ...other, name: `${other.name}/second` })),
    node('Add', ['c', 'd'], ['y']),
  ];
  const imported = importModel(dynamic(given));
  expect(operators(imported).filter((op) => op === 'Conv')).toHaveLength(2);
  const whole = imageModel(
    17,
    [node('Conv', ['x', 'k'], ['c']), node('Add', ['c', 'c'], ['y'])],
    Object.fromEntries(real.graph.initializers),
  );
  expectClose(await runModel(imported, images()), (await runModel(whole, images())).data as Float32Array);
});

const convolution = layer('ConvInteger', 'x', 'k', 'c');
it.each<[string, readonly GraphNode[]]>([
  ['its step is read by something else', [...convolution, node('Add', ['c', 'x/step'], ['y'])]],
  [
    'its sums are read by something else',
    [...convolution, node('Cast', ['c/sum'], ['again'], { to: int(1) }), node('Add', ['c', 'again'], ['y'])],
  ],
  [
    'what it gives is not scaled by its step',
    [...convolution.slice(0, 3), node('Mul', ['c/real', 'k/scale'], ['y'])],
  ],
  [
    'its values are read by something else',
    [
      ...convolution,
      node('DequantizeLinear', ['x/q', 'x/step', 'x/zero'], ['back']),
      node('GlobalAveragePool', ['back'], ['mean']),
      node('ReduceMean', ['mean'], ['all'], { keepdims: int(0) }),
      node('Add', ['c', 'all'], ['y']),
    ],
  ],
])('a layer stays as it is where %s', async (_, given) => {
  const imported = importModel(dynamic(given));
  expect(operators(imported)).toContain('ConvInteger');
  expectClose(
    await runModel(imported, images()),
    (await runModel(dynamic(given), images())).data as Float32Array,
  );
});
