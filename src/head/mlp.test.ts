import { describe, expect, it } from 'vitest';
import { drawFeatures, unreadable } from '../../test/fixtures/draw-features.ts';
import { labelledRows } from '../../test/fixtures/head-golden.ts';
import type { HeadInput, LabelledFeatures } from './head.ts';
import { measureLogits } from './measure-logits.ts';
import { createRandom } from './random.ts';
import { scoreRows } from './score.ts';
import { resolveHead } from './trainers.ts';

/** Two classes on two axes that no line can part: the sign of the product tells them apart. */
function drawCrossed(name: string, rows: number): LabelledFeatures {
  const random = createRandom(name);
  const values = Array.from({ length: rows * 2 }, () => random.truncatedNormal());
  const labels = Array.from({ length: rows }, (_, row) =>
    values[2 * row]! * values[2 * row + 1]! > 0 ? 1 : 0,
  );
  return { ...labelledRows(values, labels), identities: labels.map((_, row) => `${name} ${row}`) };
}

async function accuracyOf(type: string, input: HeadInput, test: LabelledFeatures): Promise<number> {
  const head = await resolveHead(type).fit(input);
  return measureLogits(await scoreRows(test.features, head), test.labels, input.classes).accuracy;
}

describe('the mlp head', () => {
  it('tells classes apart that no linear layer can', async () => {
    const input = {
      classes: 2,
      training: drawCrossed('training', 600),
      validation: drawCrossed('validation', 100),
      seed: 0,
    };
    const test = drawCrossed('test', 500);
    expect(await accuracyOf('mlp', input, test)).toBeGreaterThan(0.93);
    expect(await accuracyOf('logistic', input, test)).toBeLessThan(0.65);
  });

  it('ends early where more epochs make the validation log loss worse, and keeps the best number', async () => {
    const chance = { rows: 60, columns: 100, classes: 3, separation: 0 };
    const input = {
      classes: 3,
      training: drawFeatures({ ...chance, name: 'training' }),
      validation: drawFeatures({ ...chance, name: 'validation' }),
      seed: 0,
    };
    const head = await resolveHead('mlp').fit(input);
    expect(head.settings.epochsChosenBy).toBe('validation');
    expect(head.settings.epochs).toBeLessThan(5);

    const given = await resolveHead('mlp', { epochs: 7 }).fit(input);
    expect(given.settings).toMatchObject({ epochs: 7, epochsChosenBy: 'option' });
    const none = { ...input, validation: drawFeatures({ ...chance, rows: 0, name: 'none' }) };
    expect((await resolveHead('mlp').fit(none)).settings).toMatchObject({
      epochs: 20,
      epochsChosenBy: 'default',
    });
  });

  it('follows its seed', async () => {
    const draw = { columns: 10, classes: 2, separation: 3 };
    const input = {
      classes: 2,
      training: drawFeatures({ ...draw, rows: 60, name: 'training' }),
      validation: drawFeatures({ ...draw, rows: 20, name: 'validation' }),
    };
    const { fit } = resolveHead('mlp', { hidden: 8, epochs: 2 });
    const first = await fit({ ...input, seed: 1 });
    expect((await fit({ ...input, seed: 1 })).weights).toEqual(first.weights);
    expect((await fit({ ...input, seed: 2 })).weights).not.toEqual(first.weights);
  });

  it('is a dense layer on features as they are, relu, and the last layer', async () => {
    const input = {
      classes: 3,
      training: drawFeatures({ rows: 60, columns: 30, classes: 3, separation: 6, name: 'training' }),
      validation: drawFeatures({ rows: 15, columns: 30, classes: 3, separation: 6, name: 'validation' }),
      seed: 0,
    };
    const { before, weights, bias } = await resolveHead('mlp', { hidden: 16 }).fit(input);
    expect(before?.map(({ kind }) => kind)).toEqual(['dense', 'relu']);
    const [dense] = before ?? [];
    expect(dense?.kind === 'dense' && dense.weights.length).toBe(16 * 30);
    expect(weights).toHaveLength(3 * 16);
    expect(bias).toHaveLength(3);
  });

  it('refuses more rows than it can keep in memory and says what to do', async () => {
    const input = {
      classes: 2,
      training: unreadable(70_000, 4096),
      validation: unreadable(0, 4096),
      seed: 0,
    };
    await expect(resolveHead('mlp', { coordinates: 2048 }).fit(input)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message:
        'Expected at most 65536 photos and views for the mlp head with 2048 coordinates but found 70000.',
      hint: 'Take fewer views or coordinates, or the logistic head.',
    });
  });
});
