import type { Tap } from '../backbone/backbone.ts';
import { RegraftError } from '../errors.ts';
import { headNodes } from '../head/head-nodes.ts';
import { append } from '../onnx/append.ts';
import { node } from '../onnx/build.ts';
import { cutAt } from '../onnx/cut.ts';
import { differentiate } from '../onnx/gradient/differentiate.ts';
import { firstTrainable } from '../onnx/gradient/first-trainable.ts';
import type { GraphNode, Model, Tensor } from '../onnx/graph.ts';
import type { Task } from '../shared/task.ts';
import type { CutNetwork } from './cut/cut-network.ts';
import { tapTensor } from './cut/tap-tensor.ts';
import type { ScaledHead } from './scaled-head.ts';

/** What the training loop runs: the trained part of a network with a last layer, and its gradients. */
export interface TuningGraphs {
  /** From the activation and the parameters to `logits`, float32 `[N, classes]`. */
  readonly forward: Model;
  /** From the same and `targets`, float32 `[N, classes]`, to `loss`, the sum over the rows, and `gradient/<parameter>`. */
  readonly gradient: Model;
  /** As they start, float32: those of the network, then those of the last layer. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Those that weight decay shrinks. */
  readonly decayed: ReadonlySet<string>;
}

const loss = 'loss';

/** The parameters of the last layer. */
export const headParameters = { weights: 'head/weights', bias: 'head/bias' } as const;

/** What {@link buildTuningGraphs} puts together. */
export interface TuningGraphsInput {
  readonly cut: CutNetwork;
  /** Taps above the cut that the last layer reads, in the order of its columns. */
  readonly taps: readonly Tap[];
  readonly head: ScaledHead;
  readonly task: Task;
  /** Start of the network's parameters, where it is not what it learned before. */
  readonly weights?: ReadonlyMap<string, Tensor>;
}

/**
 * Builds the graphs of a fine-tuning: taps above the cut side by side, scaled, through the last layer to logits, with softmax cross entropy
 * (one label a photo) or the sum of each class's own (several).
 *
 * @throws RegraftError `NOT_DIFFERENTIABLE` for a network with an operator whose gradient is not known.
 */
export function buildTuningGraphs({ cut, taps, head, task, weights }: TuningGraphsInput): TuningGraphs {
  const classes = head.bias.length;
  const { nodes, initializers } = tuningHead(taps, head);
  const logits = { name: 'logits', type: 'float32', dims: ['N', classes] } as const;
  const joined = append(cut.upper, { nodes, initializers, outputs: [logits] });
  const whole = cutAt(joined, [logits]);
  // Taps that the last layer does not read may need weights that nothing else does.
  const kept = cut.parameters.filter((name) => whole.graph.initializers.has(name));
  const names = [...kept, headParameters.weights, headParameters.bias];
  const parameters = new Map(
    names.flatMap((name) => {
      const tensor = weights?.get(name) ?? whole.graph.initializers.get(name);
      return tensor === undefined ? [] : [[name, tensor] as const];
    }),
  );
  const withLoss = append(
    {
      ...whole,
      graph: {
        ...whole.graph,
        inputs: [...whole.graph.inputs, { ...logits, name: 'targets' }],
      },
    },
    {
      nodes: task === 'single-label' ? softmaxLoss() : sigmoidLoss(),
      outputs: [{ name: loss, type: 'float32', dims: [] }],
    },
  );
  return {
    forward: withInputs(whole, parameters),
    gradient: gradientOf(withLoss, names, cut),
    parameters,
    decayed: new Set([...cut.decayed.filter((name) => parameters.has(name)), headParameters.weights]),
  };
}

/** Takes the gradient; where an operator forbids it, the error says which blocks can be trained. */
function gradientOf(model: Model, parameters: readonly string[], { blocks, upper }: CutNetwork): Model {
  try {
    return differentiate(model, { loss, parameters });
  } catch (error) {
    if (!(error instanceof RegraftError) || error.code !== 'NOT_DIFFERENTIABLE') throw error;
    const ends = blocks.slice(0, -1).map((name) => ({ name, tensor: tapTensor(upper.graph, name) }));
    const first = firstTrainable(
      model,
      ends.map(({ tensor }) => tensor),
      loss,
    );
    const block = ends.find(({ tensor }) => tensor === first)?.name;
    const hint =
      block === undefined
        ? 'No block of this network can be trained: leave fine-tuning out.'
        : `What lies behind ${block} can be trained: --fine-tune ${block}.`;
    throw new RegraftError(error.code, error.message, { hint, cause: error });
  }
}

/** The taps of the trained part joined, scaled and put through the last layer. */
function tuningHead(
  taps: readonly Tap[],
  { factor, offset, ...head }: ScaledHead,
): ReturnType<typeof headNodes> {
  const names = taps.map(({ name }) => name);
  const features = names.length === 1 ? (names[0] ?? '') : 'head/features';
  const join = names.length === 1 ? [] : [node('Concat', names, [features], { axis: { int: 1 } })];
  const { nodes, initializers } = headNodes(
    { ...head, before: [{ kind: 'affine', factor, offset }] },
    features,
    'logits',
  );
  return { nodes: [...join, ...nodes], initializers };
}

/** Cross entropy with soft targets, summed over rows and classes. */
function softmaxLoss(): GraphNode[] {
  return [
    node('LogSoftmax', ['logits'], ['loss/log'], { axis: { int: 1 } }),
    node('Mul', ['loss/log', 'targets'], ['loss/products']),
    node('ReduceSum', ['loss/products'], ['loss/sum'], { keepdims: { int: 0 } }),
    node('Neg', ['loss/sum'], ['loss']),
  ];
}

/** Cross entropy of each class for itself: `softplus(z) − y · z`. */
function sigmoidLoss(): GraphNode[] {
  return [
    node('Softplus', ['logits'], ['loss/softplus']),
    node('Mul', ['logits', 'targets'], ['loss/products']),
    node('Sub', ['loss/softplus', 'loss/products'], ['loss/each']),
    node('ReduceSum', ['loss/each'], ['loss'], { keepdims: { int: 0 } }),
  ];
}

/** Makes constants inputs. */
function withInputs(model: Model, parameters: ReadonlyMap<string, Tensor>): Model {
  const { graph } = model;
  const inputs = [...parameters].map(
    ([name, { dims }]) => ({ name, type: 'float32', dims: [...dims] }) as const,
  );
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [...graph.inputs, ...inputs],
      initializers: new Map([...graph.initializers].filter(([name]) => !parameters.has(name))),
    },
  };
}
