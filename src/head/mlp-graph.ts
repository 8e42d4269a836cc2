import { int64s, node } from '../onnx/build.ts';
import type { Graph, GraphNode, Model, Tensor, ValueInfo } from '../onnx/graph.ts';

/** The sizes of a network with one hidden layer. */
export interface MlpShape {
  readonly columns: number;
  readonly hidden: number;
  readonly classes: number;
}

/** The numbers of parameters: weights `[hidden, columns]`, bias `[hidden]`, weights `[classes, hidden]`, bias `[classes]`, in this order. */
export function parameterSizes({ columns, hidden, classes }: MlpShape): [number, number, number, number] {
  return [hidden * columns, hidden, classes * hidden, classes];
}

const [momentumRate, velocityRate, epsilon] = [0.9, 0.999, 1e-8];

/** What a step divides its momentum by, and its velocity: `1 − rateᵗ` for the t-th step, counted from 1. */
export function biasCorrections(step: number): { momentum: number; velocity: number } {
  return { momentum: 1 - momentumRate ** step, velocity: 1 - velocityRate ** step };
}

/**
 * Builds the graph of several steps of AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) on a network `dense → relu → dense` under
 * softmax cross entropy with smoothed labels, on batches that are mixed with others (mixup: Zhang et al. 2018, arXiv:1710.09412), and
 * of logits afterwards.
 *
 * With a row x of weight w and smoothed target t, and its partner x′, the network sees `λ x + (1 − λ) x′` and its loss is
 * `λ w CE(t) + (1 − λ) w′ CE(t′)`, averaged over the batch.
 *
 * Inputs: `features` float32 `[n, columns]`, `labels` int64 `[n]`, `rowWeights` float32 `[n, 1]`, `batches` and `partners` int64
 * `[steps, batch]`, float32 `[steps]` each: `shares` (λ), `stepSizes` (rate / (1 − 0.9ᵗ)), `velocityScales` (1 / (1 − 0.999ᵗ)),
 * `decays` (rate · weight decay); `batchShare` float32 `[]` (1 / batch), `chosen` int64 `[c]`, and `parameters`, `momentum`, `velocity` float32 as
 * {@link parameterSizes} says. Outputs: `newParameters`, `newMomentum`, `newVelocity`, and with those `logits` `[c, classes]`.
 */
export function buildMlpGraph(shape: MlpShape, labelSmoothing: number): Model {
  const { columns, classes } = shape;
  const sizes = parameterSizes(shape);
  const state = { type: 'float32', dims: [sizes.reduce((sum, size) => sum + size, 0)] } as const;
  const perStep = { type: 'float32', dims: ['steps'] } as const;
  const indices = { type: 'int64', dims: ['steps', 'batch'] } as const;
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'adamw',
      initializers: constants(shape, labelSmoothing),
      inputs: [
        { name: 'features', type: 'float32', dims: ['n', columns] },
        { name: 'labels', type: 'int64', dims: ['n'] },
        { name: 'rowWeights', type: 'float32', dims: ['n', 1] },
        { name: 'batches', ...indices },
        { name: 'partners', ...indices },
        { name: 'shares', ...perStep },
        { name: 'stepSizes', ...perStep },
        { name: 'velocityScales', ...perStep },
        { name: 'decays', ...perStep },
        { name: 'batchShare', type: 'float32', dims: [] },
        { name: 'chosen', type: 'int64', dims: ['c'] },
        { name: 'parameters', ...state },
        { name: 'momentum', ...state },
        { name: 'velocity', ...state },
      ],
      outputs: [
        { name: 'newParameters', ...state },
        { name: 'newMomentum', ...state },
        { name: 'newVelocity', ...state },
        { name: 'logits', type: 'float32', dims: ['c', classes] },
      ],
      nodes: [
        node('Shape', ['batches'], ['stepCount1'], { start: { int: 0 }, end: { int: 1 } }),
        node('Squeeze', ['stepCount1'], ['stepCount']),
        node(
          'Loop',
          ['stepCount', 'true', 'parameters', 'momentum', 'velocity'],
          ['newParameters', 'newMomentum', 'newVelocity'],
          { body: { graph: stepGraph(state) } },
        ),
        ...splitParameters('newParameters', 'last/'),
        node('Gather', ['features', 'chosen'], ['chosenFeatures'], { axis: { int: 0 } }),
        ...forward('chosenFeatures', 'last/', 'logits'),
      ],
    },
  };
}

function constants({ columns, hidden, classes }: MlpShape, smoothing: number): Map<string, Tensor> {
  const scalar = (value: number): Tensor => ({ type: 'float32', dims: [], data: Float32Array.of(value) });
  const off = smoothing / classes;
  return new Map<string, Tensor>([
    ['true', { type: 'bool', dims: [], data: Uint8Array.of(1) }],
    ['sizes', int64s(parameterSizes({ columns, hidden, classes }))],
    ['hiddenShape', int64s([hidden, columns])],
    ['outputShape', int64s([classes, hidden])],
    ['flat', int64s([-1])],
    ['firstAxis', int64s([0])],
    ['classCount', int64s([classes], [])],
    ['targetValues', { type: 'float32', dims: [2], data: Float32Array.of(off, 1 - smoothing + off) }],
    ['one', scalar(1)],
    ['zero', scalar(0)],
    ['momentumRate', scalar(momentumRate)],
    ['momentumGain', scalar(1 - momentumRate)],
    ['velocityRate', scalar(velocityRate)],
    ['velocityGain', scalar(1 - velocityRate)],
    ['epsilon', scalar(epsilon)],
  ]);
}

/** Makes `<prefix>w1`, `b1`, `w2` and `b2` of a vector of parameters. */
function splitParameters(parameters: string, prefix: string): GraphNode[] {
  const [flat1, b1, flat2, b2] = ['flat1', 'b1', 'flat2', 'b2'].map((name) => prefix + name) as [
    string,
    string,
    string,
    string,
  ];
  return [
    node('Split', [parameters, 'sizes'], [flat1, b1, flat2, b2], { axis: { int: 0 } }),
    node('Reshape', [flat1, 'hiddenShape'], [`${prefix}w1`]),
    node('Reshape', [flat2, 'outputShape'], [`${prefix}w2`]),
  ];
}

function forward(features: string, prefix: string, logits: string): GraphNode[] {
  return [
    node('Gemm', [features, `${prefix}w1`, `${prefix}b1`], [`${prefix}sums`], { transB: { int: 1 } }),
    node('Relu', [`${prefix}sums`], [`${prefix}hidden`]),
    node('Gemm', [`${prefix}hidden`, `${prefix}w2`, `${prefix}b2`], [logits], { transB: { int: 1 } }),
  ];
}

/** One step; it reads the rows and the schedule of the graph around it. */
function stepGraph(state: Omit<ValueInfo, 'name'>): Graph {
  const ofStep = (input: string, output: string): GraphNode =>
    node('Gather', [input, 'step'], [output], { axis: { int: 0 } });
  const ofRows = (input: string, rows: string, output: string): GraphNode =>
    node('Gather', [input, rows], [output], { axis: { int: 0 } });
  const rows = (which: 'own' | 'other', batch: string, share: string): GraphNode[] => [
    ofStep(batch, `${which}Rows`),
    ofRows('features', `${which}Rows`, `${which}Features`),
    node('Mul', [`${which}Features`, share], [`${which}X`]),
    ofRows('rowWeights', `${which}Rows`, `${which}RowWeights`),
    node('Mul', [`${which}RowWeights`, share], [`${which}Weight`]),
    ofRows('labels', `${which}Rows`, `${which}Labels`),
    node('OneHot', [`${which}Labels`, 'classCount', 'targetValues'], [`${which}Smoothed`], {
      axis: { int: -1 },
    }),
    node('Mul', [`${which}Smoothed`, `${which}Weight`], [`${which}Target`]),
  ];
  const sumOfRows = (input: string, output: string): GraphNode =>
    node('ReduceSum', [input, 'firstAxis'], [output], { keepdims: { int: 0 } });
  return {
    name: 'step',
    initializers: new Map(),
    inputs: [
      { name: 'step', type: 'int64', dims: [] },
      { name: 'goOn', type: 'bool', dims: [] },
      { name: 'theta', ...state },
      { name: 'm', ...state },
      { name: 'v', ...state },
    ],
    outputs: [
      { name: 'goOnStill', type: 'bool', dims: [] },
      { name: 'nextTheta', ...state },
      { name: 'nextM', ...state },
      { name: 'nextV', ...state },
    ],
    nodes: [
      node('Identity', ['goOn'], ['goOnStill']),
      ofStep('shares', 'share'),
      node('Sub', ['one', 'share'], ['otherShare']),
      ...rows('own', 'batches', 'share'),
      ...rows('other', 'partners', 'otherShare'),
      node('Add', ['ownX', 'otherX'], ['x']),
      node('Add', ['ownTarget', 'otherTarget'], ['target']),
      node('Add', ['ownWeight', 'otherWeight'], ['weight']),
      ...splitParameters('theta', ''),
      ...forward('x', '', 'z'),
      node('Softmax', ['z'], ['p'], { axis: { int: 1 } }),
      node('Mul', ['p', 'weight'], ['weighted']),
      node('Sub', ['weighted', 'target'], ['excess']),
      node('Mul', ['excess', 'batchShare'], ['dz']),
      node('Gemm', ['dz', 'hidden'], ['dw2'], { transA: { int: 1 } }),
      sumOfRows('dz', 'db2'),
      node('MatMul', ['dz', 'w2'], ['dHidden']),
      node('Greater', ['sums', 'zero'], ['isActive']),
      node('Cast', ['isActive'], ['active'], { to: { int: 1 } }),
      node('Mul', ['dHidden', 'active'], ['dSums']),
      node('Gemm', ['dSums', 'x'], ['dw1'], { transA: { int: 1 } }),
      sumOfRows('dSums', 'db1'),
      node('Reshape', ['dw1', 'flat'], ['dFlat1']),
      node('Reshape', ['dw2', 'flat'], ['dFlat2']),
      node('Concat', ['dFlat1', 'db1', 'dFlat2', 'db2'], ['gradient'], { axis: { int: 0 } }),
      ...adamNodes(ofStep),
    ],
  };
}

function adamNodes(ofStep: (input: string, output: string) => GraphNode): GraphNode[] {
  return [
    node('Mul', ['m', 'momentumRate'], ['keptM']),
    node('Mul', ['gradient', 'momentumGain'], ['gainedM']),
    node('Add', ['keptM', 'gainedM'], ['nextM']),
    node('Mul', ['gradient', 'gradient'], ['square']),
    node('Mul', ['v', 'velocityRate'], ['keptV']),
    node('Mul', ['square', 'velocityGain'], ['gainedV']),
    node('Add', ['keptV', 'gainedV'], ['nextV']),
    ofStep('velocityScales', 'velocityScale'),
    node('Mul', ['nextV', 'velocityScale'], ['scaledV']),
    node('Sqrt', ['scaledV'], ['rootV']),
    node('Add', ['rootV', 'epsilon'], ['divisor']),
    node('Div', ['nextM', 'divisor'], ['direction']),
    ofStep('stepSizes', 'stepSize'),
    node('Mul', ['direction', 'stepSize'], ['move']),
    ofStep('decays', 'decay'),
    // Biases decay too: at this strength it makes no difference, and one vector holds all parameters.
    node('Sub', ['one', 'decay'], ['keep']),
    node('Mul', ['theta', 'keep'], ['decayed']),
    node('Sub', ['decayed', 'move'], ['nextTheta']),
  ];
}
