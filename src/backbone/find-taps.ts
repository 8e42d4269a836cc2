import { isOperator } from '../onnx/attributes.ts';
import type { Model } from '../onnx/graph.ts';
import type { Shapes } from '../onnx/passes/pass.ts';
import { channelAxes } from './taps/channel-axis.ts';
import { findBlockEnds } from './taps/find-block-ends.ts';
import { findBottleneck } from './taps/find-bottleneck.ts';
import { findTokenTaps } from './taps/find-token-taps.ts';
import { pathUpTo, traceImage } from './taps/image-path.ts';
import { learnedStages } from './taps/learned-stage.ts';
import { poolTensor } from './taps/pool-tensor.ts';
import type { FoundTap } from './taps/tap-source.ts';

/** The places of a network that give features. */
export interface NetworkTaps {
  /** From the image to the end, at most twelve; the last is called `bottleneck`. Empty when the network's shapes tell of none. */
  readonly taps: readonly FoundTap[];
  /** The scores of the network's own classes before softmax. */
  readonly logits?: { readonly tensor: string; readonly classes: number };
}

const most = 12;

/**
 * Finds the taps of a network: the end of each spatial resolution (`56x56`, …), which ends with the last one before pooling; for
 * networks of tokens their residual stream (`tokens-3`, …); and the pooled feature (`bottleneck`).
 *
 * @param shapes - What `inferShapes` tells of the model.
 */
export function findTaps(model: Model, shapes: Shapes): NetworkTaps {
  const path = traceImage(model);
  const channelAxis = channelAxes(model, shapes);
  const { bottleneck, logits } = findBottleneck(model, shapes, path, channelAxis);
  const body = bottleneck === undefined ? path : pathUpTo(path, bottleneck.tensor);
  const stages = learnedStages(body);
  const blocks = findBlockEnds(shapes, body, stages, channelAxis);
  const tokens = findTokenTaps(shapes, body, stages, channelAxis);
  const inner = [...blocks, ...tokens].map((tap) => beforeDequantising(tap, model));
  const end = bottleneck === undefined ? [] : [beforeDequantising(bottleneck, model)];
  const kept = inner.filter(({ tensor }) => tensor !== end[0]?.tensor).slice(end.length - most);
  return { taps: [...kept, ...end], ...(logits ? { logits } : {}) };

  // A quantised network's own tensors are the quantised ones; that they are read as real numbers is how ONNX writes it.
  function beforeDequantising(tap: FoundTap, { graph }: Model): FoundTap {
    const maker = graph.nodes.find(({ outputs }) => outputs.includes(tap.tensor));
    const source = isOperator(maker, 'DequantizeLinear') ? maker.inputs[0] : undefined;
    const quantiser = graph.nodes.find(({ outputs }) => source !== undefined && outputs.includes(source));
    if (source === undefined || !isOperator(quantiser, 'QuantizeLinear')) return tap;
    return poolTensor(tap.name, source, shapes, channelAxis) ?? tap;
  }
}
