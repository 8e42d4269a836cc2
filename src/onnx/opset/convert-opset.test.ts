import { describe, expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { floats, int8s, node } from '../build.ts';
import type { Model, Tensor } from '../graph.ts';
import { draftModel } from '../testing/draft-model.ts';
import { drawCase } from '../testing/draw-case.ts';
import { seededRandom } from '../testing/random.ts';
import { runForEveryTensor, runModel } from '../testing/run-model.ts';
import { convertOpset, opsetRange } from './convert-opset.ts';
import { operatorVersions } from './operator-versions.ts';

const targets = Array.from(
  { length: opsetRange.most - opsetRange.least + 1 },
  (_, index) => opsetRange.least + index,
).filter((target) => target !== 17);
const draws = 4;

/** Sets in which some use of an operator, with the settings and types that are drawn here, cannot be written. */
const refused: Readonly<Record<string, readonly number[]>> = {
  QuantizeLinear: [11, 12],
  Einsum: [11],
  Trilu: [11, 12, 13],
  // What is drawn gives its mean and deviation too.
  LayerNormalization: [11, 12, 13, 14, 15, 16],
};
const untested = [...operatorVersions.keys()].filter((op) => drawCase[op] === undefined);

it('is tested on every operator that it knows', () => {
  expect(untested).toEqual([]);
  expect(operatorVersions.size).toBeGreaterThan(90);
});

describe.each([...operatorVersions.keys()])('%s', (op) => {
  it('computes the same in every set, or is refused by name', async () => {
    const found: string[] = [];
    for (let seed = 1; seed <= draws; seed++) {
      const model = caseModel(op, seed);
      const before = await runForEveryTensor(model.model, { x: model.x });
      for (const target of targets) {
        const converted = tryToConvert(model.model, target);
        if (converted === undefined) {
          found.push(`${target}`);
          continue;
        }
        expect(converted.opset).toBe(target);
        const after = await runForEveryTensor(converted, { x: model.x });
        for (const name of model.outputs) {
          expect(after[name]?.dims, `${op} seed ${seed} set ${target}`).toEqual(before[name]?.dims);
          expect(after[name]?.type, `${op} seed ${seed} set ${target}`).toEqual(before[name]?.type);
          expectClose(after[name], before[name], `${op} seed ${seed} set ${target}`);
        }
      }
    }
    expect([...new Set(found)].map(Number).sort()).toEqual(refused[op] ?? []);
  });
});

describe('rewritten operators', () => {
  const scale = floats([5], [0.5, 1, 1.5, 2, -1]);
  const norm = { axis: { int: -1 }, epsilon: { float: 1e-3 } };
  it.each([
    ['a softmax over an inner axis', node('Softmax', ['x'], ['y'], { axis: { int: 1 } }), {}],
    [
      'a log-softmax over the first of several axes',
      node('LogSoftmax', ['x'], ['y'], { axis: { int: -2 } }),
      {},
    ],
    [
      'a normalisation over the last axis',
      node('LayerNormalization', ['x', 's', 'b'], ['y'], norm),
      { s: scale, b: scale },
    ],
    ['one without bias', node('LayerNormalization', ['x', 's'], ['y'], norm), { s: scale }],
    [
      'one over two axes',
      node('LayerNormalization', ['x', 'w'], ['y'], { axis: { int: 1 } }),
      {
        w: floats(
          [4, 5],
          Float32Array.from({ length: 20 }, (_, at) => at / 10),
        ),
      },
    ],
  ])('compute the same in every set: %s', async (_, one, constants) => {
    const model = draftModel([4, 5], [one], constants);
    const x = floats([3, 4, 5], seededRandom(7).floats(60));
    const before = await runForEveryTensor(model, { x });
    for (const target of targets) {
      const after = await runForEveryTensor(convertOpset(model, target), { x });
      expectClose(after.y, before.y, `set ${target}`);
    }
  });

  it('compute the same in every set: weights with a scale and a zero point a row', async () => {
    const levels = int8s([2, 3], [-5, 0, 7, 100, -128, 127]);
    const constants = { levels, scales: floats([2], [0.5, 0.25]), zeros: int8s([2], [1, -3]) };
    const weights = node('DequantizeLinear', ['levels', 'scales', 'zeros'], ['w'], { axis: { int: 0 } });
    const model = draftModel(
      [3],
      [weights, node('Gemm', ['x', 'w'], ['y'], { transB: { int: 1 } })],
      constants,
    );
    const x = floats([1, 3], [1, 2, 3]);
    for (const target of targets) {
      const { y } = await runModel(convertOpset(model, target), { x });
      // (−6 − 2 + 18) / 2 and (103 − 250 + 390) / 4.
      expect([...(y?.data as Float32Array)], `set ${target}`).toEqual([5, 60.75]);
    }
  });
});

it('names an operator that it does not know, and a set that cannot express one', () => {
  const strange = draftModel([4], [node('NonZero', ['x'], ['y'])]);
  expect(() => convertOpset(strange, 18)).toThrow(
    'Expected operators that operator set 18 can express but found NonZero (y): it is not known how.',
  );
  const triangle = draftModel([4, 4], [node('Trilu', ['x'], ['y'])]);
  expect(() => convertOpset(triangle, 13)).toThrow('found Trilu (y): Trilu came with set 14.');
});

it('leaves a graph of that set as it is, and refuses to start from another one', () => {
  const model = draftModel([4], [node('Relu', ['x'], ['y'])]);
  expect(convertOpset(model, 17)).toBe(model);
  expect(() => convertOpset({ ...model, opset: 13 }, 11)).toThrow(
    'only graphs of set 17 are converted, this one is of 13',
  );
});

function tryToConvert(model: Model, target: number): Model | undefined {
  try {
    return convertOpset(model, target);
  } catch (error) {
    if (error instanceof RegraftError && error.code === 'OPERATOR_UNSUPPORTED') return undefined;
    throw error;
  }
}

function caseModel(
  op: string,
  seed: number,
): { readonly model: Model; readonly x: Tensor; readonly outputs: string[] } {
  const drawn = drawCase[op]?.(seededRandom(seed));
  const [x = '', ...others] = drawn?.inputs ?? [];
  if (x === '') throw new Error(`Expected a first input for ${op}`);
  const names = others.map((tensor, index) => (tensor === '' ? '' : `c${index}`));
  const initializers = new Map(
    others.flatMap((tensor, index) => (tensor === '' ? [] : [[`c${index}`, tensor] as const])),
  );
  const outputs = Array.from({ length: drawn?.outputs ?? 1 }, (_, index) => `y${index}`);
  return {
    x,
    outputs,
    model: {
      opset: 17,
      metadata: {},
      graph: {
        name: op,
        nodes: [node(op, ['x', ...names], outputs, drawn?.attributes)],
        initializers,
        inputs: [{ name: 'x', type: x.type, dims: x.dims }],
        outputs: [],
      },
    },
  };
}

function expectClose(found: Tensor | undefined, wanted: Tensor | undefined, name: string): void {
  const values = Array.from((wanted?.data ?? []) as ArrayLike<number | bigint>, Number);
  const others = Array.from((found?.data ?? []) as ArrayLike<number | bigint>, Number);
  for (const [at, value] of values.entries()) {
    const other = others[at] ?? NaN;
    if (Object.is(value, other) || value === other) continue;
    expect(Math.abs(other - value), `${name}, value ${at}`).toBeLessThanOrEqual(
      1e-5 * Math.max(1, Math.abs(value)),
    );
  }
}
