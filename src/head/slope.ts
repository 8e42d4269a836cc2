import { fitTemperature } from '../evaluate/calibration.ts';
import { type LogitsFit, measureLogits } from './measure-logits.ts';

/** Scores made logits. */
export interface Sloped extends LogitsFit {
  readonly slope: number;
  /** The slope times the scores. */
  readonly logits: Float32Array;
}

/** What photos of five classes want: for scores of size 1 where no rows tell, and from where the search starts. */
export const defaultSlope = 5;

/** Makes logits of scores between −1 and 1, `[rows, classes]`, by the factor that fits the rows' labels best; there must be a row. */
export function chooseSlope(scores: Float32Array, labels: Int32Array, classes: number): Sloped {
  const raw = scores.map((score) => defaultSlope * score);
  const slope = defaultSlope / fitTemperature({ logits: raw, labels }, classes);
  const logits = scores.map((score) => slope * score);
  return { ...measureLogits(logits, labels, classes), slope, logits };
}
