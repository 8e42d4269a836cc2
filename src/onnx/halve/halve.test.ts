import { describe, expect, it } from 'vitest';
import { widenHalves } from '../../runtime/widen-halves.ts';
import { floats, node } from '../build.ts';
import type { Model } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { draftModel, randomTensor } from '../testing/draft-model.ts';
import { runModel } from '../testing/run-model.ts';
import { halve } from './halve.ts';
import { planHalves } from './plan-halves.ts';

function network(scale = 1): Model {
  return draftModel(
    [3, 8, 8],
    [
      node('Mul', ['x', 'scale'], ['scaled']),
      node('Conv', ['scaled', 'w1'], ['c1']),
      node('Relu', ['c1'], ['r1']),
      node('Conv', ['r1', 'w2'], ['c2']),
      node('GlobalAveragePool', ['c2'], ['mean']),
      node('Flatten', ['mean'], ['features']),
      node('Gemm', ['features', 'head'], ['logits']),
      node('Softmax', ['logits'], ['y'], { axis: { int: 1 } }),
    ],
    {
      scale: floats([], [scale]),
      w1: randomTensor([4, 3, 3, 3], 1),
      w2: randomTensor([256, 4, 1, 1], 2),
      head: randomTensor([256, 5], 3),
    },
    ['y', 'c2'],
  );
}

const half = (model: Model): Model => {
  const facts = inferShapes(model);
  return halve(model, planHalves(model.graph, facts), facts);
};

describe('a graph in half precision', () => {
  it('computes so from its first layer to its last, and averages, head and scores in single precision', () => {
    const model = network();
    const halves = planHalves(model.graph, inferShapes(model));
    expect([...halves].map(({ outputs }) => outputs[0])).toEqual(['c1', 'r1', 'c2']);
  });

  it('stores all large weights in two bytes and keeps its inputs and outputs', () => {
    const model = network();
    const made = half(model);
    expect(made.graph.inputs).toEqual(model.graph.inputs);
    expect(made.graph.outputs).toEqual(model.graph.outputs);
    const types = [...made.graph.initializers.values()].map(({ type, dims }) => [dims.join(), type]);
    expect(new Map(types as [string, string][])).toEqual(
      new Map([
        ['', 'float32'],
        ['4,3,3,3', 'float16'],
        ['256,4,1,1', 'float16'],
        ['256,5', 'float16'],
      ]),
    );
  });

  it('gives nearly what the graph gives, as it is and widened', async () => {
    const model = network();
    const x = randomTensor([2, 3, 8, 8], 5);
    const wanted = await runModel(model, { x });
    const widened = widenHalves(half(model));
    expect([...widened.graph.initializers.values()].every(({ type }) => type === 'float32')).toBe(true);
    for (const made of [half(model), widened]) {
      const found = await runModel(made, { x });
      for (const name of ['y', 'c2']) {
        wanted[name]?.data.forEach((value, at) => {
          expect(Math.abs(Number(value) - Number(found[name]?.data[at])), name).toBeLessThan(0.02);
        });
      }
    }
  });

  it('leaves a layer in single precision whose weights half precision cannot hold', () => {
    const model = network();
    const large = floats([4, 3, 3, 3], new Float32Array(108).fill(1e5));
    const initializers = new Map([...model.graph.initializers, ['w1', large]]);
    const changed = { ...model, graph: { ...model.graph, initializers } };
    const halves = planHalves(changed.graph, inferShapes(changed));
    expect([...halves].map(({ outputs }) => outputs[0])).toEqual(['r1', 'c2']);
  });
});

it('a graph without halves is not widened', () => {
  const model = network();
  expect(widenHalves(model)).toBe(model);
});
