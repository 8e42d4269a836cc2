import { fitTemperature } from '../evaluate/calibration.ts';
import type { FineTuned } from '../finetune/fine-tune.ts';
import type { HeadChoice } from '../head/choose-head.ts';
import type { FittedHead, OutOfFold } from '../head/head.ts';
import { scoreRows } from '../head/score.ts';
import { buildClassifier } from '../model/build-classifier.ts';
import type { Classifier } from './classifier.ts';
import type { Scores } from './evaluate-scores.ts';
import { partsOnTaps, type PartFeatures } from './features-of-parts.ts';
import { temperatureOf } from './held-out-head.ts';
import type { Prepared, PreparedNetwork } from './prepare.ts';

type Joined = Pick<Classifier, 'scores' | 'build'>;
type Layer = Pick<FittedHead, 'before' | 'weights' | 'bias'>;

/** The tuned part with its last layer alone. */
export function tunedAlone(tuned: FineTuned, prepared: Prepared, network: PreparedNetwork): Joined {
  const { head, logits, taps, backbone, cut } = tuned;
  return {
    scores: {
      outOfFold: outOfFoldOf(prepared.parts.validation, logits.validation),
      test: logits.test,
      bias: head.bias,
    },
    build: (calibrated) =>
      buildClassifier(
        backbone,
        taps,
        { ...head, ...calibrated, fineTuned: { cut, taps: [...taps] } },
        network.views.judge,
      ),
  };
}

/**
 * The mean of two classifiers' calibrated logits: of the frozen head, and of the tuned part with its last layer. They see other things, so that their mean
 * errs less than either.
 *
 * @param held - The frozen head, fitted on the training photos alone: with it the validation photos tell what the mean is worth.
 */
export async function joinWithFrozen(
  tuned: FineTuned,
  prepared: Prepared,
  network: PreparedNetwork,
  { head, taps }: Pick<HeadChoice, 'head' | 'taps'>,
  held: FittedHead,
): Promise<Joined> {
  const classes = prepared.dataset.classes.length;
  const { validation, test } = await partsOnTaps(prepared.parts, taps);
  const validated = outOfFoldOf(validation, tuned.logits.validation);
  const shares = {
    held: 0.5 / temperatureOf(held.outOfFold, classes),
    frozen: 0.5 / temperatureOf(head.outOfFold, classes),
    tuned: 0.5 / (validated.targets === undefined ? fitTemperature(validated, classes) : 1),
  };
  const frozen = scaleLayer(head, shares.frozen);
  const beside = { ...scaleLayer(tuned.head, shares.tuned), taps: tuned.taps };
  const scores: Scores = {
    outOfFold: {
      ...validated,
      logits: addScaled(
        await scoreRows(validation.features, held),
        shares.held,
        validated.logits,
        shares.tuned,
      ),
    },
    test: addScaled(await scoreRows(test.features, head), shares.frozen, tuned.logits.test, shares.tuned),
    bias: frozen.bias,
  };
  const names = taps.flatMap((tap) => prepared.taps[tap]?.name ?? []);
  return {
    scores,
    build: (calibrated) =>
      buildClassifier(
        tuned.backbone,
        names,
        { ...frozen, beside, ...calibrated, fineTuned: { cut: tuned.cut, taps: [...tuned.taps] } },
        network.views.judge,
      ),
  };
}

function outOfFoldOf({ labels, targets }: PartFeatures, logits: Float32Array): OutOfFold {
  return { logits, labels, ...(targets && { targets }) };
}

function scaleLayer({ before, weights, bias }: Layer, factor: number): Layer {
  const scale = (values: Float32Array): Float32Array => values.map((value) => value * factor);
  return { ...(before && { before }), weights: scale(weights), bias: scale(bias) };
}

function addScaled(a: Float32Array, aFactor: number, b: Float32Array, bFactor: number): Float32Array {
  return a.map((value, index) => value * aFactor + (b[index] ?? 0) * bFactor);
}
