import { describe, expect, it } from 'vitest';
import { chooseShare, fewestJudges, joinLogits } from './choose-share.ts';

const photos = 40;
const labels = Int32Array.from({ length: photos }, (_, photo) => photo % 2);

/** Logits of two classes that are right for the photos of which it is said, by `margin`. */
function logitsOf(isRight: (photo: number) => boolean, margin = 2): Float32Array {
  return Float32Array.from({ length: photos * 2 }, (_, at) => {
    const photo = Math.floor(at / 2);
    const isLabel = at % 2 === photo % 2;
    return isLabel === isRight(photo) ? margin : 0;
  });
}

const good = logitsOf((photo) => photo % 10 !== 0);
const poor = logitsOf((photo) => photo % 3 !== 0);

describe('the share of a tuned part', () => {
  it('is larger the better it does on the validation photos', () => {
    const share = (held: Float32Array, tuned: Float32Array): number =>
      chooseShare(held, { logits: tuned, labels }, 2).share;
    expect(share(poor, good)).toBeGreaterThan(0.5);
    expect(share(good, poor)).toBeLessThan(0.5);
    // Each is right where the other errs.
    expect(
      share(
        logitsOf((photo) => photo % 10 !== 1),
        good,
      ),
    ).toBe(0.5);
  });

  it('comes with the log loss and accuracy of both together, calibrated', () => {
    // The tuned logits are ten times too large; calibration finds that.
    const wide = good.map((logit) => logit * 10);
    const one = chooseShare(poor, { logits: wide, labels }, 2);
    const other = chooseShare(poor, { logits: good, labels }, 2);
    // Up to the prior on temperatures, which draws towards 1.
    expect(Math.abs((one.scale * 10) / other.scale - 1)).toBeLessThan(0.2);
    expect(one.accuracy).toBeCloseTo(0.9, 6);
    expect(Math.abs(one.logLoss - other.logLoss)).toBeLessThan(0.01);
  });

  it('is none where too few photos tell, and all from scratch', () => {
    const few = { logits: good.slice(0, 2 * (fewestJudges - 1)), labels: labels.slice(0, fewestJudges - 1) };
    expect(chooseShare(poor.slice(0, few.logits.length), few, 2).share).toBe(0);
    expect(chooseShare(undefined, few, 2).share).toBe(1);
    const none = { logits: new Float32Array(0), labels: new Int32Array(0) };
    expect(chooseShare(none.logits, none, 2).share).toBe(0);
    expect(chooseShare(undefined, none, 2).share).toBe(1);
  });

  it('is judged class by class where photos show several', () => {
    const targets = Uint8Array.from({ length: photos * 2 }, (_, at) => (at % 3 === 0 ? 1 : 0));
    const right = Float32Array.from(targets, (shown) => (shown === 1 ? 2 : -2));
    const wrong = right.map((logit) => -logit);
    const chosen = chooseShare(wrong, { logits: right, labels, targets }, 2);
    expect(chosen).toMatchObject({ share: 1, scale: 1, accuracy: 1 });
    expect(chosen.logLoss).toBeCloseTo(2 * Math.log1p(Math.exp(-2)), 5);
  });
});

it('logits are joined by share and scale', () => {
  const joined = joinLogits(Float32Array.of(1, 2), Float32Array.of(10, 20), 0.25, 0.5);
  expect(joined).toEqual(Float32Array.of(0.75 + 1.25, 1.5 + 2.5));
});
