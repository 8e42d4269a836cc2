import { expect, it } from 'vitest';
import { tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import { photoViews } from '../shared/photo-view.ts';
import { checkViews, planViews } from './views.ts';

it('a plan names what is learned from, what is judged, and each view once', () => {
  expect(planViews({ views: 1, testViews: 1, augment: 'none' })).toEqual({
    learn: ['whole'],
    judge: ['whole'],
    all: ['whole'],
  });
  const { learn, judge, all } = planViews({ views: 4, testViews: 2, augment: 'colour' });
  expect(learn).toEqual([
    'whole',
    'whole-mirrored',
    'centre-80',
    'centre-80-mirrored',
    'colour-1',
    'colour-2',
  ]);
  expect(judge).toEqual(['whole', 'whole-mirrored']);
  expect([...all].sort()).toEqual([...learn].sort());
  const most = planViews({ views: 10, testViews: 4, augment: 'strong' });
  expect(most.all).toHaveLength(10 + 2 + 4);
  expect(most.judge.every((view) => photoViews.includes(view))).toBe(true);
});

it('a network that takes one photo at a time is used with one view, and refused with more', () => {
  const backbone = tinyBackbone();
  const [input] = backbone.model.graph.inputs;
  const inputs = [{ ...input!, dims: [1, 32, 32, 3] }];
  const fixed = { ...backbone, model: { ...backbone.model, graph: { ...backbone.model.graph, inputs } } };
  const one = planViews({ views: 1, testViews: 1, augment: 'none' });
  const two = planViews({ views: 1, testViews: 2, augment: 'none' });
  expect(() => checkViews(one, fixed)).not.toThrow();
  expect(() => checkViews(two, backbone)).not.toThrow();
  for (const [plan, found] of [
    [two, '2: whole, whole-mirrored'],
    [planViews({ views: 1, testViews: 1, augment: 'colour' }), '3: whole, colour-1, colour-2'],
  ] as const) {
    expect(() => checkViews(plan, fixed)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: `Expected one view of each photo for tiny, which takes one photo at a time, but received ${found}.`,
      }),
    );
  }
});
