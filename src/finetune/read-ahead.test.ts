import { describe, expect, it } from 'vitest';
import { readAhead } from './read-ahead.ts';

describe('readAhead', () => {
  it('gives the items in their order and reads so many ahead, no more', async () => {
    const started: number[] = [];
    const take = readAhead(5, 2, (index) => {
      started.push(index);
      return Promise.resolve(`item ${index}`);
    });
    expect(started).toEqual([]);
    expect(await take()).toBe('item 0');
    expect(started).toEqual([0, 1, 2]);
    const rest = [take(), take(), take(), take()];
    expect(await Promise.all(rest)).toEqual(['item 1', 'item 2', 'item 3', 'item 4']);
    expect(started).toEqual([0, 1, 2, 3, 4]);
    expect(take).toThrow('at most 5 items');
  });

  it('tells of a failure when the item is taken, not before', async () => {
    const take = readAhead(3, 3, (index) =>
      index === 1 ? Promise.reject(new Error('no item 1')) : Promise.resolve(index),
    );
    expect(await take()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(take()).rejects.toThrow('no item 1');
    expect(await take()).toBe(2);
  });
});
