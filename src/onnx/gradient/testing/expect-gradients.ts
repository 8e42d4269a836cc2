import { expect } from 'vitest';
import { openSessions, type SessionPool } from '../../../runtime/session-pool.ts';
import { elementCount, floats, node } from '../../build.ts';
import type { GraphNode, Model, Tensor, ValueInfo } from '../../graph.ts';
import { inferShapes } from '../../infer-shapes.ts';
import { substitute } from '../../shapes/dimension.ts';
import type { Random } from '../../testing/random.ts';
import { encodeModel } from '../../write.ts';
import { differentiate, gradientName } from '../differentiate.ts';
import type { GradientCase } from './gradient-case.ts';

const step = 0.01;
const tolerance = 2e-3;
const directionsTried = 12;

/**
 * Compares the gradients of a random linear function of an operator's results with central differences, in onnxruntime.
 *
 * @param isOpen - True to feed the first input with an open batch and to differentiate by an offset that all of its rows share.
 */
export async function expectGradients(
  op: string,
  drawn: GradientCase,
  random: Random,
  isOpen: boolean,
): Promise<void> {
  const { model, parameters, feeds, outputDims } = modelOf(op, drawn, isOpen);
  const slope = floats(outputDims, random.floats(elementCount(outputDims)));
  const trained = differentiate(model, { loss: 'loss', parameters: [...parameters.keys()] });
  await using sessions = await openSessions(encodeModel(trained), { workers: 1 });
  const fixed = { ...feeds, slope };
  const results = await sessions.run({ ...fixed, ...Object.fromEntries(parameters) });
  for (const [name, tensor] of parameters) {
    const gradient = results[gradientName(name)];
    expect(gradient?.dims, name).toEqual(tensor.dims);
    const slopes = Array.from(gradient?.data as Float32Array);
    for (let trial = 0; trial < directionsTried; trial++) {
      const direction = drawDirection(random, tensor.data.length, trial % 3 === 0);
      const products = slopes.map((value, at) => value * (direction[at] ?? 0));
      const scale = Math.max(
        products.reduce((sum, product) => sum + Math.abs(product), 0),
        ...slopes.map((value) => Math.abs(value)),
      );
      const values = await Promise.all(
        [step, -step].map((length) =>
          valueAt(sessions, { ...fixed, ...Object.fromEntries(parameters) }, slope, name, direction, length),
        ),
      );
      const difference = ((values[0] ?? NaN) - (values[1] ?? NaN)) / (2 * step);
      const expected = products.reduce((sum, product) => sum + product, 0);
      expect(
        Math.abs(difference - expected),
        `${op} by ${name}: ${difference} differs from ${expected}`,
      ).toBeLessThanOrEqual(tolerance * scale + 1e-4);
    }
  }
}

/** The linear function in double precision, with one parameter moved along a direction. */
async function valueAt(
  sessions: SessionPool,
  feeds: Readonly<Record<string, Tensor>>,
  slope: Tensor,
  name: string,
  direction: Float32Array,
  length: number,
): Promise<number> {
  const tensor = feeds[name] as Tensor;
  const moved = (tensor.data as Float32Array).map((value, at) => value + length * (direction[at] ?? 0));
  const { y } = await sessions.run({ ...feeds, [name]: floats(tensor.dims, moved) });
  return (y?.data as Float32Array).reduce(
    (sum, value, at) => sum + value * ((slope.data as Float32Array)[at] ?? 0),
    0,
  );
}

/** One element, or all of them. */
function drawDirection(random: Random, count: number, isDense: boolean): Float32Array {
  if (isDense) return random.floats(count);
  const direction = new Float32Array(count);
  direction[random.int(0, count - 1)] = 1;
  return direction;
}

interface Prepared {
  readonly model: Model;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly outputDims: readonly number[];
}

function modelOf(op: string, drawn: GradientCase, isOpen: boolean): Prepared {
  const initializers = new Map<string, Tensor>();
  const parameters = new Map<string, Tensor>();
  const feeds: Record<string, Tensor> = {};
  const inputs: ValueInfo[] = [];
  const nodes: GraphNode[] = [];
  const names = drawn.inputs.map((tensor, place) => {
    if (tensor === '') return '';
    const name = `input${place}`;
    const [batch = 1, ...rest] = tensor.dims;
    if (place === 0 && isOpen) {
      feeds['x'] = tensor;
      inputs.push({ name: 'x', type: 'float32', dims: ['N', ...rest] });
      const offset = floats([1, ...rest], new Float32Array(tensor.data.length / batch));
      initializers.set('offset', offset);
      parameters.set('offset', offset);
      nodes.push(node('Add', ['x', 'offset'], [name]));
      return name;
    }
    initializers.set(name, tensor);
    if (tensor.type === 'float32' && drawn.constant?.includes(place) !== true) parameters.set(name, tensor);
    return name;
  });
  nodes.push(node(op, names, ['y'], drawn.attributes));
  const graph = { name: op, nodes, initializers, inputs, outputs: [] };
  const { dims = [] } = inferShapes({ opset: 17, metadata: {}, graph }).get('y') ?? {};
  const y: ValueInfo = { name: 'y', type: 'float32', dims };
  return {
    model: {
      opset: 17,
      metadata: {},
      graph: {
        ...graph,
        nodes: [
          ...nodes,
          node('Mul', ['y', 'slope'], ['products']),
          node('ReduceSum', ['products'], ['loss'], { keepdims: { int: 0 } }),
        ],
        inputs: [...inputs, { ...y, name: 'slope' }],
        outputs: [y],
      },
    },
    parameters,
    feeds,
    outputDims: dims.map((dim) =>
      Number(substitute(dim, 'N', drawn.inputs[0] ? (drawn.inputs[0].dims[0] ?? 1) : 1)),
    ),
  };
}
