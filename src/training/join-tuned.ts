import type { FineTuned } from '../finetune/fine-tune.ts';
import type { HeadChoice } from '../head/choose-head.ts';
import type { FittedHead, OutOfFold } from '../head/head.ts';
import { buildClassifier } from '../model/build-classifier.ts';
import { chooseShare, joinLogits, type TunedShare } from './choose-share.ts';
import type { Classifier } from './classifier.ts';
import type { PartFeatures } from './features-of-parts.ts';
import { temperatureOf } from './held-out-head.ts';
import type { Prepared, PreparedNetwork } from './prepare.ts';

/** A classifier that a tuned part has a share of. */
export interface Joined extends Pick<Classifier, 'scores' | 'build'> {
  readonly share: TunedShare;
}

type Layer = Pick<FittedHead, 'before' | 'weights' | 'bias'>;

/** What a tuned part is joined with. */
export interface FrozenSide {
  readonly choice: Pick<HeadChoice, 'head' | 'taps'>;
  readonly classifier: Classifier;
  /** Calibrated logits of the validation photos by the same head, fitted without them. */
  readonly held: Float32Array;
}

/**
 * Joins two classifiers, the frozen head and the tuned part with its last layer, by adding their calibrated logits in the shares that the
 * validation photos tell: they see other things, so that together they err less than either. A share of 0 leaves the frozen head as it is.
 *
 * @param frozen - Undefined from scratch: the tuned part stands alone.
 */
export function joinTuned(
  tuned: FineTuned,
  prepared: Prepared,
  network: PreparedNetwork,
  frozen: FrozenSide | undefined,
): Joined {
  const classes = prepared.dataset.classes.length;
  const validated = outOfFoldOf(prepared.parts.validation, tuned.logits.validation);
  const share = chooseShare(frozen?.held, validated, classes);
  if (frozen === undefined || share.share === 1) return { share, ...aloneOf(tuned, validated, network) };
  if (share.share === 0) {
    const { scores, build } = frozen.classifier;
    return { share, scores, build };
  }
  const { head, taps } = frozen.choice;
  const divisor = temperatureOf(head.outOfFold, classes);
  const own = scaleLayer(head, (1 - share.share) / divisor);
  const beside = { ...scaleLayer(tuned.head, share.share * share.scale), taps: tuned.taps };
  const join = (logits: Float32Array, other: Float32Array): Float32Array =>
    joinLogits(logits, other, share.share, share.scale);
  return {
    share,
    scores: {
      outOfFold: { ...validated, logits: join(frozen.held, validated.logits) },
      test: join(
        frozen.classifier.scores.test.map((logit) => logit / divisor),
        tuned.logits.test,
      ),
      bias: own.bias,
    },
    build: (calibrated) =>
      buildClassifier(
        tuned.backbone,
        taps.flatMap((tap) => prepared.taps[tap]?.name ?? []),
        { ...own, beside, ...calibrated, fineTuned: { cut: tuned.cut, taps: [...tuned.taps] } },
        network.views.judge,
      ),
  };
}

/** The tuned part with its last layer alone. */
function aloneOf(
  { head, logits, taps, backbone, cut }: FineTuned,
  outOfFold: OutOfFold,
  network: PreparedNetwork,
): Pick<Classifier, 'scores' | 'build'> {
  return {
    scores: { outOfFold, test: logits.test, bias: head.bias },
    build: (calibrated) =>
      buildClassifier(
        backbone,
        taps,
        { ...head, ...calibrated, fineTuned: { cut, taps: [...taps] } },
        network.views.judge,
      ),
  };
}

/** Scores of the validation photos as what calibration is fitted on. */
export function outOfFoldOf({ labels, targets }: PartFeatures, logits: Float32Array): OutOfFold {
  return { logits, labels, ...(targets && { targets }) };
}

function scaleLayer({ before, weights, bias }: Layer, factor: number): Layer {
  const scale = (values: Float32Array): Float32Array => values.map((value) => value * factor);
  return { ...(before && { before }), weights: scale(weights), bias: scale(bias) };
}
