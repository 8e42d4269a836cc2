import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { AttrValueSchema } from '../proto/graphdef_pb.ts';
import { GraphDefSchema } from '../proto/graphdef_pb.ts';

/** A node of a graph that is drawn by a test. */
export interface NodeDraft {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, MessageInitShape<typeof AttrValueSchema>>>;
}

/** Encodes a frozen graph. */
export function buildGraphDef(nodes: readonly NodeDraft[]): Uint8Array {
  return toBinary(
    GraphDefSchema,
    create(GraphDefSchema, {
      node: nodes.map(({ input = [], attr = {}, ...node }) => ({
        ...node,
        input: [...input],
        attr: { ...attr },
      })),
    }),
  );
}

/** A placeholder of floats unless `dtype` says otherwise, −1 where a length is open. */
export function placeholder(name: string, sizes: readonly number[], dtype = 1): NodeDraft {
  return { name, op: 'Placeholder', attr: { dtype: attribute.type(dtype), shape: attribute.shape(sizes) } };
}

/** A constant of floats. */
export function floats(name: string, dims: readonly number[], values: readonly number[]): NodeDraft {
  return constant(name, { dtype: 1, dims, floatVal: [...values] });
}

/** A constant of integers; a vector unless `dims` says otherwise. */
export function ints(
  name: string,
  values: readonly number[],
  dims: readonly number[] = [values.length],
): NodeDraft {
  return constant(name, { dtype: 3, dims, intVal: [...values] });
}

/** A constant with any fields of a TensorProto. */
export function constant(
  name: string,
  { dims, ...fields }: { readonly dims: readonly number[] } & Record<string, unknown>,
): NodeDraft {
  const tensorShape = { dim: dims.map((size) => ({ size: BigInt(size) })) };
  return {
    name,
    op: 'Const',
    attr: { value: { value: { case: 'tensor', value: { tensorShape, ...fields } } } },
  };
}

/** Settings of a node. */
export const attribute = {
  type: (value: number): MessageInitShape<typeof AttrValueSchema> => ({ value: { case: 'type', value } }),
  flag: (value: boolean): MessageInitShape<typeof AttrValueSchema> => ({ value: { case: 'b', value } }),
  int: (value: number): MessageInitShape<typeof AttrValueSchema> => ({
    value: { case: 'i', value: BigInt(value) },
  }),
  text: (value: string): MessageInitShape<typeof AttrValueSchema> => ({
    value: { case: 's', value: new TextEncoder().encode(value) },
  }),
  ints: (values: readonly number[]): MessageInitShape<typeof AttrValueSchema> => ({
    value: { case: 'list', value: { i: values.map(BigInt) } },
  }),
  shape: (sizes: readonly number[]): MessageInitShape<typeof AttrValueSchema> => ({
    value: { case: 'shape', value: { dim: sizes.map((size) => ({ size: BigInt(size) })) } },
  }),
};
