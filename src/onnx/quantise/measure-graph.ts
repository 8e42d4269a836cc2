import { floats, node, uint8s } from '../build.ts';
import type { GraphNode, Model, Tensor, ValueInfo } from '../graph.ts';
import { freeName, namesOf } from '../names.ts';
import type { ValueRange } from '../value-ranges.ts';
import { levelsOver } from './levels.ts';

/** A graph that measures tensors of another one, and the names of its outputs for each of them. */
export interface MeasureGraph {
  readonly model: Model;
  readonly outputs: ReadonlyMap<string, readonly string[]>;
}

/**
 * Makes a graph that gives the least and the largest value of each tensor, and the mean of each channel of those `[N, channels, H, W]` whose channels are told.
 *
 * @param channels - How many channels of which tensors.
 */
export function rangeGraph(
  model: Model,
  tensors: readonly string[],
  channels: ReadonlyMap<string, number>,
): MeasureGraph {
  const all = [...new Set([...tensors, ...channels.keys()])];
  return measure(model, all, (tensor, newName) => {
    const [low, high, means] = [
      newName(`${tensor}/low`),
      newName(`${tensor}/high`),
      newName(`${tensor}/means`),
    ];
    const scalar = { keepdims: { int: 0 } };
    const size = channels.get(tensor);
    return {
      outputs: [output(low), output(high), ...(size === undefined ? [] : [output(means, [size])])],
      nodes: [
        node('ReduceMin', [tensor], [low], scalar),
        node('ReduceMax', [tensor], [high], scalar),
        ...(size === undefined
          ? []
          : [node('ReduceMean', [tensor], [means], { ...scalar, axes: { ints: [0, 2, 3] } })]),
      ],
      constants: [],
    };
  });
}

/** Makes a graph that gives for each tensor and each of its ranges the sum of the squares by which 8-bit levels over that range miss the values. */
export function errorGraph(model: Model, ranges: ReadonlyMap<string, readonly ValueRange[]>): MeasureGraph {
  return measure(model, [...ranges.keys()], (tensor, newName) => {
    const parts = (ranges.get(tensor) ?? []).map((range) => {
      const name = (part: string): string => newName(`${tensor}/${part}`);
      const { scale, zero } = levelsOver(range);
      const [scaleName, zeroName, error] = [name('scale'), name('zero'), name('error')];
      const [levels, values, missed] = [name('levels'), name('values'), name('missed')];
      return {
        output: output(error),
        constants: [
          [scaleName, floats([], [scale])],
          [zeroName, uint8s([], [zero])],
        ] as const,
        nodes: [
          node('QuantizeLinear', [tensor, scaleName, zeroName], [levels]),
          node('DequantizeLinear', [levels, scaleName, zeroName], [values]),
          node('Sub', [tensor, values], [missed]),
          node('ReduceSumSquare', [missed], [error], { keepdims: { int: 0 } }),
        ],
      };
    });
    return {
      outputs: parts.map((part) => part.output),
      nodes: parts.flatMap(({ nodes }) => nodes),
      constants: parts.flatMap(({ constants }) => constants),
    };
  });
}

interface Measurement {
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly (readonly [string, Tensor])[];
}

function output(name: string, dims: readonly number[] = []): ValueInfo {
  return { name, type: 'float32', dims };
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
        outputs: all.flatMap(({ outputs }) => outputs),
      },
    },
    outputs: new Map([...measured].map(([tensor, { outputs }]) => [tensor, outputs.map(({ name }) => name)])),
  };
}
