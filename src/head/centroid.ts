import { z } from 'zod';
import { findClassMeans } from './class-means.ts';
import { countFits } from './count-fits.ts';
import { sortByRow } from './cross-fit.ts';
import { measureFeatures } from './feature-scaling.ts';
import { checkFinite } from './finite-chunks.ts';
import { assignFolds } from './folds.ts';
import type { FittedHead, HeadInput, HeadTrainer } from './head.ts';
import { holdOutFolds, joinRows, learnRows } from './joined-rows.ts';
import { measureLogits } from './measure-logits.ts';
import { scoreRows } from './score.ts';
import { selectRows } from './selected-rows.ts';
import { chooseSlope, defaultSlope } from './slope.ts';

const options = z.strictObject({});

const foldsWanted = 5;

/**
 * The nearest class mean by cosine, for a handful of photos a class: nothing is fitted but means and one number.
 *
 * Features are scaled tap by tap, centred and brought to length 1, as class means of such rows are (Wang et al. 2019, SimpleShot,
 * arXiv:1911.04623); logits are a slope times the cosines. The slope is fitted on cosines of photos that were not in the means.
 */
export const centroid: HeadTrainer = { type: 'centroid', options, fit };

async function fit(input: HeadInput): Promise<FittedHead> {
  const { classes, training, validation, seed, signal } = input;
  const { taps = [training.features.columns] } = input;
  await measureFeatures(learnRows(training).features, taps, signal);
  await checkFinite(validation.features, 'validation', signal);
  const joined = joinRows(input);
  const { parts, labels } = joined;
  const folds = assignFolds(labels, joined.identities, foldsWanted, seed);
  const holdOuts = holdOutFolds(joined, folds, classes);
  const report = countFits(input, 0, holdOuts.length + 2);

  const headOf = async (rowWeights: Float32Array, slope: number): Promise<CentroidHead> => {
    const { factor, offset, directions } = await findClassMeans(parts, rowWeights, classes, taps, signal);
    report.fitted();
    return {
      before: [{ kind: 'affine', factor, offset }, { kind: 'unit-length' }],
      weights: Float32Array.from(directions, (value) => slope * value),
      bias: new Float32Array(classes),
    };
  };
  const cosines: Float32Array[] = [];
  for (const { rowWeights, rows } of holdOuts) {
    cosines.push(await scoreRows(selectRows(parts, rows), await headOf(rowWeights, 1), { signal }));
  }
  const heldOut = sortByRow(holdOuts, cosines, labels, classes);
  const { slope, logits } =
    holdOuts.length === 0
      ? { slope: defaultSlope, logits: heldOut.logits }
      : chooseSlope(heldOut.logits, heldOut.labels, classes);

  const toValidate = await headOf(joined.validation.rowWeights, slope);
  const validated = await scoreRows(validation.features, toValidate, { signal });
  return {
    type: 'centroid',
    ...(await headOf(joined.learn, slope)),
    validationAccuracy:
      validation.labels.length === 0 ? null : measureLogits(validated, validation.labels, classes).accuracy,
    outOfFold: { logits, labels: heldOut.labels },
    settings: {
      slope,
      slopeChosenBy: holdOuts.length === 0 ? 'default' : 'cross-validation',
      folds: folds.count,
    },
  };
}

type CentroidHead = Required<Pick<FittedHead, 'before' | 'weights' | 'bias'>>;
