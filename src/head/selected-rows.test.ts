import { describe, expect, it } from 'vitest';
import { asFile, drawFeatures } from '../../test/fixtures/draw-features.ts';
import { readRows } from './row-reader.ts';
import { selectRows } from './selected-rows.ts';

describe('selectRows', () => {
  it('gives rows of several parts, in memory or in chunks, as one matrix', async () => {
    const draw = { columns: 3, classes: 2, separation: 1 };
    const parts = [
      drawFeatures({ ...draw, rows: 1500, name: 'first' }),
      drawFeatures({ ...draw, rows: 0, name: 'none' }),
      asFile(drawFeatures({ ...draw, rows: 900, name: 'second' }), 64),
    ];
    const whole = new Float32Array(2400 * 3);
    await readRows(parts[0]!.features).read(0, 1500, whole);
    await readRows(parts[2]!.features).read(0, 900, whole, 1500 * 3);
    // Every second row but for the first hundred: more than one chunk of the selection.
    const rows = Array.from({ length: 1150 }, (_, index) => 100 + 2 * index);
    const selected = selectRows(parts, rows);
    expect([selected.rows, selected.columns]).toEqual([1150, 3]);
    const values = new Float32Array(1150 * 3);
    await readRows(selected).read(0, 1150, values);
    const expected = rows.flatMap((row) => [...whole.subarray(row * 3, row * 3 + 3)]);
    expect([...values]).toEqual(expected);
  });
});
