import { floats, int64s, node as makeNode } from '../build.ts';
import type { Attribute, GraphNode, Model, Tensor } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { freeName, namesOf } from '../names.ts';
import type { TensorFacts } from '../shapes/facts.ts';
import { notDifferentiable } from './not-differentiable.ts';

/** The nodes of a gradient in the making, and what rules may ask about the graph that is differentiated. */
export interface GradientDraft {
  /** True for a tensor that depends on one of the tensors whose gradients are wanted. An absent input is not needed. */
  isNeeded(name: string | undefined): boolean;
  /** The type and shape of a tensor of the graph that is differentiated, with its values when they are few and constant. */
  factsOf(node: GraphNode, name: string | undefined): TensorFacts;
  /** Adds a node, or finds the same one, and gives the name of its only output. */
  step(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** Adds a float32 constant without axes. */
  scalar(value: number): string;
  /** Adds a constant of float32 values, or finds the same one. */
  constant(dims: readonly number[], values: readonly number[]): string;
  /** Adds a constant of whole numbers: axes, sizes, a shape. */
  integers(values: readonly number[]): string;
  /** The name of a node's further output, which is added when the graph does not ask for it. */
  furtherOutput(node: GraphNode, index: number): string;
  /** The added nodes in topological order. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Nodes of the graph that get further outputs. */
  readonly extended: ReadonlyMap<GraphNode, GraphNode>;
}

/** Starts a draft. */
export function draftGradient(model: Model, needed: ReadonlySet<string>): GradientDraft {
  const shapes = inferShapes(model);
  const taken = namesOf(model.graph);
  const nodes: GraphNode[] = [];
  const initializers = new Map<string, Tensor>();
  const extended = new Map<GraphNode, GraphNode>();
  const made = new Map<string, string>();
  const once = (key: unknown, make: () => string): string => {
    const text = JSON.stringify(key);
    const name = made.get(text) ?? make();
    made.set(text, name);
    return name;
  };
  const addConstant = (tensor: Tensor, values: readonly number[]): string =>
    once(['constant', tensor.type, tensor.dims, values], () => {
      const name = freeName(`backward/constant`, taken);
      initializers.set(name, tensor);
      return name;
    });
  return {
    isNeeded: (name = '') => needed.has(name),
    factsOf(node, name = '') {
      const facts = shapes.get(name);
      if (facts === undefined) throw notDifferentiable(node, `the shape of ${name} is not known`);
      return facts;
    },
    step: (op, inputs, attributes = {}) =>
      once([op, inputs, attributes], () => {
        const name = freeName(`backward/${op}`, taken);
        nodes.push(makeNode(op, inputs, [name], attributes));
        return name;
      }),
    scalar: (value) => addConstant(floats([], [value]), [value]),
    constant: (dims, values) => addConstant(floats(dims, values), values),
    integers: (values) => addConstant(int64s(values), values),
    furtherOutput(node, index) {
      const now = extended.get(node) ?? node;
      const known = now.outputs[index];
      if (known !== undefined && known !== '') return known;
      const name = freeName(`${node.outputs[0] ?? node.op}/output_${index}`, taken);
      const outputs = Array.from({ length: Math.max(index + 1, now.outputs.length) }, (_, at) =>
        at === index ? name : (now.outputs[at] ?? ''),
      );
      extended.set(node, { ...now, outputs });
      return name;
    },
    nodes,
    initializers,
    extended,
  };
}
