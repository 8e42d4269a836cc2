import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/random.ts';
import { gradientRules } from './rules.ts';
import { expectGradients } from './testing/expect-gradients.ts';
import { values } from './testing/gradient-case.ts';
import { gradientCases } from './testing/gradient-cases.ts';

it('every operator with a rule is tried', () => {
  expect(Object.keys(gradientCases).sort()).toEqual([...gradientRules.keys()].sort());
});

describe.each(Object.entries(gradientCases))('the gradient through %s', (op, draw) => {
  const trials = op === 'Conv' || op.endsWith('Pool') ? 16 : 4;

  it('agrees with central differences, for fixed sizes and for an open batch', async () => {
    for (let seed = 1; seed <= trials; seed++) {
      const random = seededRandom(seed);
      const drawn = draw(random);
      await expectGradients(op, drawn, random, false);
      if (drawn.isClosed !== true) await expectGradients(op, drawn, random, true);
    }
  });
});

it.each(['SAME_UPPER', 'SAME_LOWER'])('an odd amount of padding lies where %s says', async (autoPad) => {
  const random = seededRandom(1);
  const attributes = {
    auto_pad: { string: autoPad },
    kernel_shape: { ints: [2, 3] },
    strides: { ints: [1, 2] },
  };
  const x = values(random, [3, 2, 5, 6]);
  const weights = values(random, [2, 2, 2, 3]);
  await expectGradients('Conv', { inputs: [x, weights], attributes }, random, true);
  await expectGradients('AveragePool', { inputs: [x], attributes }, random, true);
});
