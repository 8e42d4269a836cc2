import { isConstant, isPhoto, type Operator } from './operator.ts';
import type { Photo } from './photo.ts';

/** Operators of two numbers, as ONNX names them, that a scaling of levels can take in. */
type Step = (factor: number, term: number, by: number) => readonly [number, number];

const steps: Readonly<Record<string, { forward: Step; swapped?: Step }>> = {
  Add: { forward: plus, swapped: plus },
  Mul: { forward: times, swapped: times },
  Sub: {
    forward: (factor, term, by) => [factor, term - by],
    swapped: (factor, term, by) => [-factor, by - term],
  },
  Div: { forward: (factor, term, by) => [factor / by, term / by] },
};

/**
 * Takes arithmetic with constants on a photo's levels into its scaling; undefined when the operator is none, and has to be written.
 *
 * @param op - The operator as ONNX names it.
 */
export function scalePhoto({ name, inputs }: Operator, op: string): Photo | undefined {
  const [left, right] = inputs;
  const [photo, by, step] = isPhoto(left)
    ? [left, right, steps[op]?.forward]
    : [right, left, steps[op]?.swapped];
  if (!isPhoto(photo) || !isConstant(by) || photo.scaling === undefined || step === undefined) {
    return undefined;
  }
  const { values, type, dims } = by;
  const isPerChannel = values.length === 3 && dims.at(-1) === 3 && dims.length <= photo.rank;
  if (type !== 'float32' || !(values.length === 1 || isPerChannel)) return undefined;
  const { factor, term } = photo.scaling;
  const scaled = factor.map((own, channel) =>
    step(own, term[channel] ?? 0, Number(values[isPerChannel ? channel : 0])),
  );
  // A factor of 0 would leave nothing of the photo: then the file is odd, and is taken at its word.
  if (scaled.some(([own, moved]) => !Number.isFinite(1 / own) || !Number.isFinite(moved))) return undefined;
  return {
    ...photo,
    name,
    scaling: { factor: scaled.map(([own]) => own), term: scaled.map(([, moved]) => moved) },
  };
}

function plus(factor: number, term: number, by: number): readonly [number, number] {
  return [factor, term + by];
}

function times(factor: number, term: number, by: number): readonly [number, number] {
  return [factor * by, term * by];
}
