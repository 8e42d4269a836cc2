import { describe, expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { fuzzReader } from './fuzz.ts';

const file = Uint8Array.from({ length: 200 }, (_, index) => index);

describe('fuzzing a reader', () => {
  it('cuts at each percent, changes the bytes given times, and passes a sound reader', async () => {
    const lengths: number[] = [];
    const report = await fuzzReader(
      file,
      refuseChanges((bytes) => lengths.push(bytes.length)),
      1,
    );
    expect(report).toMatchObject({ seed: 1, accepted: 0, refused: 10_100, failures: [] });
    expect(lengths.slice(1, 101)).toEqual(Array.from({ length: 100 }, (_, percent) => percent * 2));
    expect(lengths.slice(101)).toEqual(Array.from({ length: 10_000 }, () => 200));
  });

  it('changes 1 to 4 bytes at places all over the file, the same ones for the same seed', async () => {
    const places = new Set<number>();
    const counts = new Set<number>();
    const seen: string[] = [];
    const note = (bytes: Uint8Array): void => {
      seen.push(Buffer.from(bytes).toString('hex'));
      const changed = [...bytes.keys()].filter((index) => bytes[index] !== file[index]);
      changed.forEach((index) => places.add(index));
      counts.add(changed.length);
    };
    await fuzzReader(file, note, 7, { mutations: 2000 });
    expect(places.size).toBe(200);
    // 0 is the file itself, and the cut ones.
    expect([...counts].sort()).toEqual([0, 1, 2, 3, 4]);
    const first = seen.splice(0);
    await fuzzReader(file, note, 7, { mutations: 2000 });
    expect(seen).toEqual(first);
    seen.splice(0);
    await fuzzReader(file, note, 8, { mutations: 2000 });
    expect(seen).not.toEqual(first);
  });

  it.each([
    ['another error', () => new RangeError('Invalid array length'), 'threw RangeError: Invalid array length'],
    ['no file', () => new RegraftError('BACKBONE_INVALID', 'Byte 7 is wrong.'), 'does not name the file'],
    ['no place', () => new RegraftError('BACKBONE_INVALID', 'fuzzed is wrong.'), 'does not name the place'],
    ['another code', () => new RegraftError('OFFLINE', 'Byte 7 of fuzzed'), 'has the code OFFLINE'],
  ])('finds a reader whose error has %s', async (_, error, failure) => {
    const read = (bytes: Uint8Array): void => {
      if (bytes.length < 200) throw error();
    };
    const { failures } = await fuzzReader(file, read, 2, { mutations: 1 });
    expect(failures).toHaveLength(100);
    expect(failures[3]).toContain(`cut to 6 bytes: ${failure}`);
  });

  it('finds a reader that takes too long, too much memory, or an asynchronous error', async () => {
    const held: unknown[] = [];
    const read = async (bytes: Uint8Array): Promise<void> => {
      if (bytes.length === 20) await new Promise((resolve) => setTimeout(resolve, 60));
      if (bytes.length === 40) held.push(new Uint8Array(20 * 2 ** 20));
      if (bytes.length === 60) throw new TypeError('late');
    };
    const limits = { mutations: 0, timeMs: 50, memory: 16 * 2 ** 20 };
    const { failures } = await fuzzReader(file, read, 3, limits);
    expect(failures).toHaveLength(3);
    expect(failures[0]).toMatch(/^cut to 20 bytes: took \d+ ms$/);
    expect(failures[1]).toMatch(/^cut to 40 bytes: took \d+ bytes of memory$/);
    expect(failures[2]).toBe('cut to 60 bytes: threw TypeError: late');
  });

  it('does not go on when the file itself cannot be read', async () => {
    const read = (): never => {
      throw new Error('unreadable');
    };
    await expect(fuzzReader(file, read, 4)).rejects.toThrow('unreadable');
  });
});

/** A reader that takes the one file only. */
function refuseChanges(note: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
  return (bytes) => {
    note(bytes);
    if (Buffer.compare(bytes, file) !== 0) {
      throw new RegraftError('BACKBONE_INVALID', 'A byte of fuzzed is wrong.');
    }
  };
}
