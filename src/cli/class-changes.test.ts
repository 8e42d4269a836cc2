import { describe, expect, it } from 'vitest';
import { mergeOption, renameOption } from './class-changes.ts';

describe('renameOption', () => {
  it.each([
    ['a=b', { from: 'a', to: 'b' }],
    [' rose = red roses ', { from: 'rose', to: 'red roses' }],
    ['a\\,b=c\\=d', { from: 'a,b', to: 'c=d' }],
    ['C:\\\\x=é', { from: 'C:\\x', to: 'é' }],
    ['a\\=b', undefined],
    ['a', undefined],
    ['a=b=c', undefined],
    ['a,b=c', undefined],
    ['=b', undefined],
    ['a=', undefined],
    ['', undefined],
  ])('reads %j', (text, expected) => {
    if (expected === undefined) expect(() => renameOption(text)).toThrow('Expected old=new for --rename');
    else expect(renameOption(text)).toEqual(expected);
  });
});

describe('mergeOption', () => {
  it.each([
    ['a,b=c', { from: ['a', 'b'], into: 'c' }],
    ['a=b', { from: ['a'], into: 'b' }],
    ['red\\, dark, b =c', { from: ['red, dark', 'b'], into: 'c' }],
    ['a,b', undefined],
    ['a,=c', undefined],
    ['a,b=c,d', undefined],
    ['a,b=', undefined],
    ['a=b=c', undefined],
  ])('reads %j', (text, expected) => {
    if (expected === undefined) {
      expect(() => mergeOption(text)).toThrow('Expected first,second=both for --merge');
    } else expect(mergeOption(text)).toEqual(expected);
  });
});
