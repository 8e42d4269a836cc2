import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/random.ts';
import { gradientRules } from './rules.ts';
import { expectGradients } from './testing/expect-gradients.ts';
import { gradientCases } from './testing/gradient-cases.ts';

it('every operator with a rule is tried', () => {
  expect(Object.keys(gradientCases).sort()).toEqual([...gradientRules.keys()].sort());
});

describe.each(Object.entries(gradientCases))('the gradient through %s', (op, draw) => {
  const trials = op === 'Conv' || op.endsWith('Pool') ? 12 : 4;

  it('agrees with central differences, for fixed sizes and for an open batch', async () => {
    for (let seed = 1; seed <= trials; seed++) {
      const random = seededRandom(seed);
      const drawn = draw(random);
      await expectGradients(op, drawn, random, false);
      if (drawn.isClosed !== true) await expectGradients(op, drawn, random, true);
    }
  });
});
