import { buildClassifier } from '../../src/model/build-classifier.ts';
import { sealModel } from '../../src/model/seal.ts';
import { encodeModel } from '../../src/onnx/write.ts';
import { drawUnknownModel } from '../../src/unknown/testing/draw-unknown-model.ts';
import { formulaHead, tinyBackbone } from '../fixtures/tiny-backbone.ts';

/** How a drawn model differs from one that gives one label a photo. */
export interface DrawnModel {
  readonly labels?: readonly string[];
  readonly thresholds?: readonly number[];
  /** The threshold of its unknown score. */
  readonly unknownAbove?: number;
}

/** The bytes of a small quantised model file, loaded in a moment. */
export function drawModel({
  labels = ['daisy', 'rose', 'tulip'],
  thresholds,
  unknownAbove,
}: DrawnModel = {}): Uint8Array {
  const unknown =
    unknownAbove === undefined
      ? undefined
      : { model: drawUnknownModel(labels.length, [16, 16]), threshold: unknownAbove, falseRejection: 0.05 };
  const head = { ...formulaHead(32, labels, 0.3), thresholds, unknown };
  return sealModel(encodeModel(buildClassifier(tinyBackbone(), ['early', 'bottleneck'], head)));
}
