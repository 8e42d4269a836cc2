import { cutAt } from '../cut.ts';
import type { GraphNode, Model, ValueInfo } from '../graph.ts';
import { namesOf } from '../names.ts';
import { backward } from './backward.ts';

/** What a graph is differentiated by. */
export interface DifferentiateOptions {
  /** A float32 tensor of one element; its own gradient is 1. */
  readonly loss: string;
  /** Float32 initialisers of the graph, by name. */
  readonly parameters: readonly string[];
}

/** The name of the output that holds the gradient of a parameter. */
export function gradientName(parameter: string): string {
  return `gradient/${parameter}`;
}

/**
 * Makes a graph that also gives the gradients of a loss, by reverse-mode differentiation (Griewank & Walther, Evaluating Derivatives, 2008). It holds
 * nothing but ONNX's own operators.
 *
 * The parameters become inputs, in their order behind the model's own inputs. The outputs are the model's own, then
 * {@link gradientName} for each parameter, of its shape. Nothing is differentiated below the lowest parameter.
 *
 * @throws RegraftError `NOT_DIFFERENTIABLE` when a node between a parameter and the loss has no rule, or none for its settings.
 * @throws Error when the loss or a parameter is not there or of another kind, or when the loss does not depend on a parameter: the caller's defect.
 */
export function differentiate(model: Model, { loss, parameters }: DifferentiateOptions): Model {
  const { graph } = model;
  const inputs = parameters.map((name): ValueInfo => {
    const tensor = graph.initializers.get(name);
    if (tensor?.type !== 'float32') throw new Error(`${name} is no float32 constant of ${graph.name}`);
    return { name, type: 'float32', dims: tensor.dims };
  });
  if (new Set(parameters).size < parameters.length) throw new Error('A parameter is named twice');
  const taken = namesOf(graph);
  for (const name of parameters.map(gradientName)) {
    if (taken.has(name)) throw new Error(`${graph.name} has a tensor ${name} already`);
  }

  const { draft, gradients } = backward(model, loss, parameters);
  const outputs = inputs.map((input): ValueInfo => ({ ...input, name: gradientName(input.name) }));
  const named = nameOutputs(
    draft.nodes,
    new Map(
      parameters.map((name) => {
        const gradient = gradients.get(name);
        if (gradient === undefined) throw new Error(`The loss ${loss} does not depend on ${name}`);
        return [gradientName(name), gradient];
      }),
    ),
  );
  const constants = [...graph.initializers].filter(([name]) => !parameters.includes(name));
  const whole: Model = {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes.map((node) => draft.extended.get(node) ?? node), ...named],
      initializers: new Map([...constants, ...draft.initializers]),
      inputs: [...graph.inputs, ...inputs],
      outputs: [],
    },
  };
  return cutAt(whole, [...graph.outputs, ...outputs]);
}

/** Gives tensors of the added nodes the names of outputs; a tensor that has one already, or is none of those nodes', is copied. */
function nameOutputs(nodes: readonly GraphNode[], wanted: ReadonlyMap<string, string>): GraphNode[] {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const names = new Map<string, string>();
  const copies: [string, string][] = [];
  for (const [output, tensor] of wanted) {
    if (made.has(tensor) && !names.has(tensor)) names.set(tensor, output);
    else copies.push([tensor, output]);
  }
  const rename = (name: string): string => names.get(name) ?? name;
  return [
    ...nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
    ...copies.map(([tensor, output]) => ({
      op: 'Identity',
      name: output,
      inputs: [rename(tensor)],
      outputs: [output],
      attributes: {},
    })),
  ];
}
