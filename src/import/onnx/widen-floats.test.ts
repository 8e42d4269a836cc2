import { expect, it } from 'vitest';
import { floats, node } from '../../onnx/build.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { flattenGraph } from './flatten-graph.ts';
import { widenFloats } from './widen-floats.ts';
import type { Draft } from './draft.ts';

const halves: Tensor = {
  type: 'float16',
  dims: [8],
  // Of Wikipedia's table of half-precision numbers: one, minus two, the largest, the smallest normal and subnormal ones, both zeros, infinity.
  data: Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x0000, 0x7c00),
};

it('half precision becomes single, with equal values, in constants, casts, attributes, inputs and outputs', () => {
  const draft = draftOf('float16', { w: halves });
  widenFloats(draft);
  const values = [1, -2, 65_504, 2 ** -14, 2 ** -24, -0, 0, Infinity];
  expect(draft.initializers.get('w')).toEqual(floats([8], values));
  expect([...draft.inputs, ...draft.outputs].map(({ type }) => type)).toEqual(['float32', 'float32']);
  expect(draft.nodes.map(({ attributes }) => attributes)).toEqual([
    { to: { int: 1 } },
    { value: { tensor: floats([8], values) }, dtype: { int: 1 } },
  ]);
});

it('double precision becomes single when the image has it, and else is left to the arithmetic of shapes', () => {
  const double: Tensor = { type: 'float64', dims: [1], data: Float64Array.of(0.1) };
  const whole = draftOf('float64', { w: double });
  widenFloats(whole);
  expect(whole.initializers.get('w')).toEqual(floats([1], [0.1]));
  const part = draftOf('float32', { w: double });
  widenFloats(part);
  expect(part.initializers.get('w')).toEqual(double);
});

it("a constant of Python's number that is cast to single precision becomes that", () => {
  const draft = draftOf('float32', { w: { type: 'float64', dims: [], data: Float64Array.of(0.1) } });
  draft.nodes = [node('Cast', ['w'], ['k'], { to: { int: 1 } }), node('Mul', ['x', 'k'], ['y'])];
  widenFloats(draft);
  expect(draft.nodes.map(({ op }) => op)).toEqual(['Mul']);
  expect(draft.initializers.get('k')).toEqual(floats([], [0.1]));
});

function draftOf(type: 'float16' | 'float32' | 'float64', initializers: Record<string, Tensor>): Draft {
  return flattenGraph(
    {
      name: 'net',
      nodes: [
        node('Cast', ['x'], ['a'], { to: { int: 10 } }),
        node('EyeLike', ['a'], ['y'], { value: { tensor: halves }, dtype: { int: 10 } }),
      ],
      initializers: new Map(Object.entries(initializers)),
      inputs: [{ name: 'x', type, dims: ['N', 3, 4, 4] }],
      outputs: [{ name: 'y', type, dims: [] }],
    },
    'net.onnx',
  );
}
