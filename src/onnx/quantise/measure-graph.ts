import { floats, node, uint8s } from '../build.ts';
import type { GraphNode, Model, Tensor, ValueInfo } from '../graph.ts';
import { freeName, namesOf } from '../names.ts';
import { levelsOver } from './levels.ts';
import type { ValueRange } from '../value-ranges.ts';

/** A graph that measures tensors of another one, and the names of its outputs, all of them single numbers. */
export interface MeasureGraph {
  readonly model: Model;
  /** Of each tensor, in the order of the figures. */
  readonly outputs: ReadonlyMap<string, readonly string[]>;
}

/** Makes a graph that gives the least and the largest value of each tensor. */
export function rangeGraph(model: Model, tensors: readonly string[]): MeasureGraph {
  return measure(model, tensors, (tensor, newName) => {
    const outputs = [newName(`${tensor}/low`), newName(`${tensor}/high`)] as const;
    const attributes = { keepdims: { int: 0 } };
    return {
      outputs,
      nodes: [
        node('ReduceMin', [tensor], [outputs[0]], attributes),
        node('ReduceMax', [tensor], [outputs[1]], attributes),
      ],
      constants: [],
    };
  });
}

/** Makes a graph that gives for each tensor and each of its ranges the sum of the squares by which 8-bit levels over that range miss the values. */
export function errorGraph(model: Model, ranges: ReadonlyMap<string, readonly ValueRange[]>): MeasureGraph {
  return measure(model, [...ranges.keys()], (tensor, newName) => {
    const parts = (ranges.get(tensor) ?? []).map((range) => {
      const { scale, zero } = levelsOver(range);
      const [s, z, q, d, e, output] = ['scale', 'zero', 'levels', 'values', 'missed', 'error'].map((part) =>
        newName(`${tensor}/${part}`),
      ) as [string, string, string, string, string, string];
      return {
        output,
        constants: [
          [s, floats([], [scale])],
          [z, uint8s([], [zero])],
        ] as const,
        nodes: [
          node('QuantizeLinear', [tensor, s, z], [q]),
          node('DequantizeLinear', [q, s, z], [d]),
          node('Sub', [tensor, d], [e]),
          node('ReduceSumSquare', [e], [output], { keepdims: { int: 0 } }),
        ],
      };
    });
    return {
      outputs: parts.map(({ output }) => output),
      nodes: parts.flatMap(({ nodes }) => nodes),
      constants: parts.flatMap(({ constants }) => constants),
    };
  });
}

interface Measurement {
  readonly outputs: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly (readonly [string, Tensor])[];
}

function measure(
  { graph, ...model }: Model,
  tensors: readonly string[],
  measureOne: (tensor: string, newName: (wanted: string) => string) => Measurement,
): MeasureGraph {
  const taken = namesOf(graph);
  const measured = new Map(
    tensors.map((tensor) => [tensor, measureOne(tensor, (wanted) => freeName(wanted, taken))]),
  );
  const all = [...measured.values()];
  return {
    model: {
      ...model,
      graph: {
        ...graph,
        nodes: [...graph.nodes, ...all.flatMap(({ nodes }) => nodes)],
        initializers: new Map([...graph.initializers, ...all.flatMap(({ constants }) => constants)]),
        outputs: all.flatMap(({ outputs }) =>
          outputs.map((name): ValueInfo => ({ name, type: 'float32', dims: [] })),
        ),
      },
    },
    outputs: new Map([...measured].map(([tensor, { outputs }]) => [tensor, outputs])),
  };
}
