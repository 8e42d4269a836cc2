import type { PhotoNetwork } from '../backbone/adapt-network.ts';
import type { OpenedNetwork } from '../backbone/open-network.ts';
import { RegraftError } from '../errors.ts';
import { append } from '../onnx/append.ts';
import { batchOf } from '../onnx/batch-of.ts';
import { node } from '../onnx/build.ts';
import { cutAt } from '../onnx/cut.ts';
import type { Model } from '../onnx/graph.ts';
import { probabilitiesOutput } from './build-classifier.ts';
import { formatMetadata } from './metadata.ts';
import { describePhotoFit } from './photo-fit.ts';

/** The name of the scores in the graph. */
export const scoresOutput = 'head/scores';

/**
 * Makes the model file's graph of a network with its own classes whose scores were cut out as `head/scores`, float32 `[N, classes]`.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when it gives several labels a photo (it ends in a sigmoid).
 */
export function buildOwnClassifier(
  network: Pick<OpenedNetwork, 'id' | 'sha256' | 'imported'>,
  { fit }: Pick<PhotoNetwork, 'fit'>,
  scores: Model,
  labels: readonly string[],
): Model {
  const outputs = [
    { name: probabilitiesOutput, type: 'float32', dims: [batchOf(scores), labels.length] },
  ] as const;
  const softmax = node('Softmax', [scoresOutput], [probabilitiesOutput], { axis: { int: 1 } });
  return {
    ...cutAt(append(scores, { nodes: [softmax], outputs }), outputs),
    metadata: formatMetadata({
      labels,
      preprocess: describePhotoFit(fit),
      backbone: { id: network.id, sha256: network.sha256, form: network.imported.form, taps: [] },
      calibration: { temperature: 1 },
      unknown: null,
    }),
  };
}

/** Refuses networks that name several classes at once: theirs are no probabilities that sum to 1. */
export function refuseSeveralLabels({ graph }: Model, id: string): void {
  const last = graph.nodes.find(({ outputs }) => outputs.includes(graph.outputs[0]?.name ?? ''));
  if (last?.op !== 'Sigmoid') return;
  throw new RegraftError(
    'OPERATOR_UNSUPPORTED',
    `Sigmoid (node ${last.name}) ends ${id}: it gives several labels a photo, which a model of Regraft cannot do yet.`,
    { hint: 'Its features can be used: regraft train <photos> --backbone <network>.' },
  );
}
