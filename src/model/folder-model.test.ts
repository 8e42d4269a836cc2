import { expect, it } from 'vitest';
import { describeReplaced } from './folder-model.ts';

const flowers = { sha256: 'a', classes: ['daisy', 'roses'] };

it('nothing is said of a new folder, or of a model that is trained again', () => {
  expect(describeReplaced('m', undefined, undefined, flowers.classes)).toBeUndefined();
  expect(describeReplaced('m', flowers, flowers, ['daisy', 'roses'])).toBeUndefined();
});

it('a model of other classes is named before it is replaced', () => {
  expect(describeReplaced('m', flowers, flowers, ['birds', 'plants'])).toBe(
    'This replaces a model of other classes (daisy, roses) in m.',
  );
});

it('a model that came while the training ran is another training’s', () => {
  const text = 'Another training wrote a model to m while this one ran. This one replaces it.';
  expect(describeReplaced('m', undefined, flowers, flowers.classes)).toBe(text);
  expect(describeReplaced('m', { ...flowers, sha256: 'b' }, flowers, flowers.classes)).toBe(text);
});
