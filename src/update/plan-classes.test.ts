import { describe, expect, it } from 'vitest';
import { planClasses } from './plan-classes.ts';

const none = { remove: [], merge: [], rename: [] };

describe('planClasses', () => {
  it('leaves every class where nothing is asked for', () => {
    expect([...planClasses(['a', 'b'], none)]).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  it('removes first, then merges in the order given, then renames what is left', () => {
    const plan = planClasses(['a', 'b', 'c', 'd', 'e'], {
      remove: ['e'],
      merge: [
        { from: ['a', 'b'], into: 'ab' },
        { from: ['ab', 'c'], into: 'c' },
      ],
      rename: [{ from: 'c', to: 'all' }],
    });
    expect(Object.fromEntries(plan)).toEqual({ a: 'all', b: 'all', c: 'all', d: 'd', e: null });
  });

  it('merges a class into another one that is there', () => {
    const merge = [{ from: ['a'], into: 'b' }];
    expect(Object.fromEntries(planClasses(['a', 'b'], { ...none, merge }))).toEqual({ a: 'b', b: 'b' });
  });

  it('renames all at once, in a circle too', () => {
    const rename = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'a' },
    ];
    expect(Object.fromEntries(planClasses(['a', 'b', 'c'], { ...none, rename }))).toEqual({
      a: 'b',
      b: 'c',
      c: 'a',
    });
  });

  it.each([
    [
      'a removed class that is merged too',
      { ...none, remove: ['a'], merge: [{ from: ['a', 'b'], into: 'c' }] },
    ],
    [
      'a class that is merged twice',
      {
        ...none,
        merge: [
          { from: ['a', 'b'], into: 'd' },
          { from: ['a', 'c'], into: 'e' },
        ],
      },
    ],
    [
      'a merged class that is renamed',
      { ...none, merge: [{ from: ['a', 'b'], into: 'd' }], rename: [{ from: 'a', to: 'e' }] },
    ],
    [
      'two classes renamed to one',
      {
        ...none,
        rename: [
          { from: 'a', to: 'd' },
          { from: 'b', to: 'd' },
        ],
      },
    ],
    ['a class removed twice', { ...none, remove: ['a', 'a'] }],
  ])('refuses %s', (_, changes) => {
    expect(() => planClasses(['a', 'b', 'c'], changes)).toThrow(/^Expected a (class to|new name)/);
  });
});
