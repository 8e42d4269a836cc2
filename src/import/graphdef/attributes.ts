import type { RegraftError } from '../../errors.ts';
import { invalidGraph } from './invalid-graph.ts';
import type { AttrValue, TensorProto } from './proto/graphdef_pb.ts';
import type { GraphDefNode } from './read-graphdef.ts';

type Kinds = {
  [K in NonNullable<AttrValue['value']['case']>]: Extract<AttrValue['value'], { case: K }>['value'];
};

/** Settings of a node by name; a setting of another kind than expected is a broken file. */
export interface Attributes {
  int(name: string, fallback: number): number;
  float(name: string, fallback: number): number;
  flag(name: string, fallback: boolean): boolean;
  text(name: string, fallback: string): string;
  ints(name: string, fallback: readonly number[]): readonly number[];
  /** An element type by its number in TensorFlow, 0 when absent. */
  type(name: string): number;
  /** A shape, −1 where a length is open; undefined when not even the number of axes is known. */
  shape(name: string): readonly number[] | undefined;
  /** A tensor, which must be there. */
  tensor(name: string): TensorProto;
}

/** Far above all sizes of images and weights, and small enough that sums and products stay exact. */
const largest = 2 ** 31;

/**
 * Reads the settings of a node; each reading may throw.
 *
 * @throws RegraftError `BACKBONE_INVALID` naming node and setting.
 */
export function attributesOf({ name: node, attributes }: GraphDefNode, source: string): Attributes {
  const fault = (name: string, found: string): RegraftError =>
    invalidGraph(source, `attribute ${name} of node ${node} is ${found}`);
  const read = <K extends keyof Kinds>(name: string, kind: K): Kinds[K] | undefined => {
    const attribute = attributes[name];
    if (attribute?.case === undefined) return undefined;
    if (attribute.case !== kind) throw fault(name, `of kind ${attribute.case} where ${kind} is expected`);
    return attribute.value as Kinds[K];
  };
  const toInt = (name: string, value: bigint): number => {
    const number = Number(value);
    if (Math.abs(number) > largest) throw fault(name, `${number}, which is out of range`);
    return number;
  };
  return {
    int(name, fallback) {
      const value = read(name, 'i');
      return value === undefined ? fallback : toInt(name, value);
    },
    float: (name, fallback) => read(name, 'f') ?? fallback,
    flag: (name, fallback) => read(name, 'b') ?? fallback,
    text(name, fallback) {
      const value = read(name, 's');
      return value === undefined ? fallback : new TextDecoder().decode(value);
    },
    ints(name, fallback) {
      const list = read(name, 'list');
      return list === undefined ? fallback : list.i.map((value) => toInt(name, value));
    },
    type: (name) => read(name, 'type') ?? 0,
    shape(name) {
      const shape = read(name, 'shape');
      if (shape === undefined || shape.unknownRank) return undefined;
      return shape.dim.map(({ size }) => toInt(name, size));
    },
    tensor(name) {
      const tensor = read(name, 'tensor');
      if (tensor === undefined) throw fault(name, 'missing');
      return tensor;
    },
  };
}
