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
 * Makes the model file's graph of a network with its own classes whose scores were cut out as `head/scores`, float32 `[N, classes]`. One that
 * gives several labels a photo becomes a multi-label model, with 0.5 for all thresholds, as nothing is known that they could be chosen on.
 *
 * @param several - Whether it does: see {@link givesSeveralLabels}.
 */
export function buildOwnClassifier(
  network: Pick<OpenedNetwork, 'id' | 'sha256' | 'imported'>,
  { fit }: Pick<PhotoNetwork, 'fit'>,
  scores: Model,
  labels: readonly string[],
  several: boolean,
): Model {
  const outputs = [
    { name: probabilitiesOutput, type: 'float32', dims: [batchOf(scores), labels.length] },
  ] as const;
  const probabilities = several
    ? node('Sigmoid', [scoresOutput], [probabilitiesOutput])
    : node('Softmax', [scoresOutput], [probabilitiesOutput], { axis: { int: 1 } });
  return {
    ...cutAt(append(scores, { nodes: [probabilities], outputs }), outputs),
    metadata: formatMetadata({
      labels,
      preprocess: describePhotoFit(fit),
      backbone: { id: network.id, sha256: network.sha256, form: network.imported.form, taps: [] },
      calibration: { temperature: 1 },
      thresholds: several ? labels.map(() => 0.5) : null,
      unknown: null,
    }),
  };
}

/**
 * Tells whether a network names several classes at once: it ends in a sigmoid, so that its scores are a yes or no each.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when that is the yes or no of one class alone.
 */
export function givesSeveralLabels({ graph }: Model, id: string, classes: number): boolean {
  const last = graph.nodes.find(({ outputs }) => outputs.includes(graph.outputs[0]?.name ?? ''));
  if (last?.op !== 'Sigmoid') return false;
  if (classes > 1) return true;
  throw new RegraftError(
    'OPERATOR_UNSUPPORTED',
    `Sigmoid (node ${last.name}) ends ${id} with the probability of one class; a model of Regraft has two at least.`,
    { hint: 'Its features can be used: regraft train <photos> --backbone <network>.' },
  );
}
