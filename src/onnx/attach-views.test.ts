import { describe, expect, it } from 'vitest';
import { tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { photoViews, type PhotoView, viewsOf } from '../shared/photo-view.ts';
import { attachViews } from './attach-views.ts';
import { averageViews } from './average-views.ts';
import { node } from './build.ts';
import type { Model, Tensor, ValueInfo } from './graph.ts';
import { runModel } from './testing/run-model.ts';

const [height, width] = [10, 14];
const count = 2;
const pixels = drawPixels(count, 89);

/** Levels that look random, uint8 `[count, height, width, 3]`. */
function drawPixels(photos: number, factor: number): Uint8Array {
  return Uint8Array.from(
    { length: photos * height * width * 3 },
    (_, index) => (index * factor + (index >> 3) * 57) % 256,
  );
}

const asImage = (data: Uint8Array): Tensor => ({
  type: 'uint8',
  dims: [data.length / (height * width * 3), height, width, 3],
  data,
});

/** A network that gives its pixels as they are, so that its output is what it looks at. */
function mirror(batch: 'N' | 1 = 'N'): Model {
  const dims: ValueInfo['dims'] = [batch, height, width, 3];
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'mirror',
      nodes: [node('Identity', ['image'], ['seen'])],
      initializers: new Map(),
      inputs: [{ name: 'image', type: 'uint8', dims }],
      outputs: [{ name: 'seen', type: 'uint8', dims }],
    },
  };
}

// 80 % of 10 × 14 pixels, written out: 8 × 11 (11.2 rounded), so 2 rows and 3 columns are left.
const places: Readonly<Record<string, readonly [top: number, left: number]>> = {
  'centre-80': [1, 1],
  'top-left-80': [0, 0],
  'top-right-80': [0, 3],
  'bottom-left-80': [2, 0],
  'bottom-right-80': [2, 3],
};
const part = { height: 8, width: 11 };

/** What a view should show at a place: a real number, to be rounded. */
function expectedLevel(view: PhotoView, photo: number, y: number, x: number, colour: number): number {
  const column = view.endsWith('mirrored') ? width - 1 - x : x;
  const crop = view.replace('-mirrored', '');
  const at = (row: number, col: number): number =>
    pixels[((photo * height + row) * width + col) * 3 + colour] ?? NaN;
  if (crop === 'whole') return at(y, column);
  const [top, left] = places[crop] ?? [NaN, NaN];
  const place = (index: number, from: number, to: number): [number, number, number] => {
    const centre = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(centre);
    return [low, Math.min(low + 1, from - 1), centre - low];
  };
  const [above, below, down] = place(y, part.height, height);
  const [before, after, across] = place(column, part.width, width);
  const blend = (row: number): number =>
    at(top + row, left + before) * (1 - across) + at(top + row, left + after) * across;
  return blend(above) * (1 - down) + blend(below) * down;
}

describe('views', () => {
  it.each(photoViews)('%s shows the pixels that its name says', async (view) => {
    const { seen } = await runModel(attachViews(mirror(), [view]), { image: asImage(pixels) });
    expect(seen?.dims).toEqual([count, height, width, 3]);
    let [index, between] = [0, 0];
    for (let photo = 0; photo < count; photo++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          for (let colour = 0; colour < 3; colour++, index++) {
            const level = expectedLevel(view, photo, y, x, colour);
            // Rounded to nearest; float32 may decide a tie either way.
            expect(Math.abs(Number(seen?.data[index]) - level), `${photo} ${y} ${x}`).toBeLessThan(0.501);
            if (!Number.isInteger(level)) between++;
          }
        }
      }
    }
    if (!view.startsWith('whole')) expect(between).toBeGreaterThan(index / 2);
  });

  it('of several photos come view by view', async () => {
    const views = viewsOf(4);
    const { seen } = await runModel(attachViews(mirror(), views), { image: asImage(pixels) });
    expect(seen?.dims).toEqual([4 * count, height, width, 3]);
    const single = await Promise.all(
      views.map((view) => runModel(attachViews(mirror(), [view]), { image: asImage(pixels) })),
    );
    expect([...(seen?.data ?? [])]).toEqual(single.flatMap((one) => [...(one.seen?.data ?? [])]));
  });

  it('are followed by extra pictures, which are taken as they are', async () => {
    const extra = drawPixels(3, 31);
    // A tensor of the network that has the input's name makes way.
    const { graph } = mirror();
    const nodes = [node('Identity', ['image'], ['extra']), node('Identity', ['extra'], ['seen'])];
    const network: Model = { ...mirror(), graph: { ...graph, nodes } };
    const model = attachViews(network, ['whole-mirrored'], { withExtra: true });
    const { seen } = await runModel(model, { image: asImage(pixels), extra: asImage(extra) });
    const { seen: mirrored } = await runModel(attachViews(mirror(), ['whole-mirrored']), {
      image: asImage(pixels),
    });
    expect([...(seen?.data ?? [])]).toEqual([...(mirrored?.data ?? []), ...extra]);
  });

  it('of any size of the input fill it: the scales are never rounded to a pixel less', async () => {
    for (const side of [1, 2, 3, 7, 96, 192, 224, 240, 256, 299, 331, 380, 384, 448, 512, 600]) {
      const dims: ValueInfo['dims'] = ['N', side, 3, 3];
      const { graph } = mirror();
      const model: Model = {
        ...mirror(),
        graph: {
          ...graph,
          inputs: [{ name: 'image', type: 'uint8', dims }],
          outputs: [{ name: 'seen', type: 'uint8', dims }],
        },
      };
      const data = new Uint8Array(side * 9).fill(77);
      const { seen } = await runModel(attachViews(model, ['centre-80']), {
        image: { type: 'uint8', dims: [1, side, 3, 3], data },
      });
      expect(seen?.dims).toEqual([1, side, 3, 3]);
      expect([...(seen?.data ?? [])].every((level) => level === 77)).toBe(true);
    }
  });

  it('of the whole photo alone leave the network as it is', () => {
    const model = mirror(1);
    expect(attachViews(model, ['whole'])).toBe(model);
  });

  it('are refused for a network that takes one photo at a time', () => {
    expect(() => attachViews(mirror(1), ['whole', 'whole-mirrored'])).toThrow('takes one');
  });
});

describe('a quantised network', () => {
  it('gives for each view, bit for bit, what it gives for the pixels of that view', async () => {
    const backbone = tinyBackbone();
    const side = backbone.preprocess.width;
    const data = Uint8Array.from(
      { length: side * side * 3 },
      (_, index) => (index * 89 + (index >> 4) * 7) % 256,
    );
    const image: Tensor = { type: 'uint8', dims: [1, side, side, 3], data };
    const views = viewsOf(10);
    const looking: Model = {
      ...mirror(),
      graph: {
        ...mirror().graph,
        inputs: backbone.model.graph.inputs,
        outputs: [{ name: 'seen', type: 'uint8', dims: ['N', side, side, 3] }],
      },
    };
    await using whole = await openSessions(attachViews(backbone.model, views), { workers: 1 });
    await using plain = await openSessions(backbone.model, { workers: 1 });
    const all = await whole.run({ image });
    const rows: number[][] = [];
    for (const [index, view] of views.entries()) {
      const { seen } = await runModel(attachViews(looking, [view]), { image });
      const own = await plain.run({ image: seen! });
      for (const { name, size } of backbone.taps) {
        const values = [...(all[name]?.data ?? [])].slice(index * size, (index + 1) * size).map(Number);
        expect(values).toEqual([...(own[name]?.data ?? [])].map(Number));
        rows.push(values);
      }
    }
    // Views that all looked alike would compare nothing.
    expect(new Set(rows.map((row) => row.join())).size).toBe(rows.length);
  });
});

it("averaged views are the mean of each photo's rows", async () => {
  const { nodes, initializers } = averageViews('rows', 4, 3, 'mean');
  const model: Model = {
    opset: 17,
    metadata: {},
    graph: {
      name: 'average',
      nodes,
      initializers,
      inputs: [{ name: 'rows', type: 'float32', dims: ['V', 3] }],
      outputs: [{ name: 'mean', type: 'float32', dims: ['N', 3] }],
    },
  };
  // Four views of two photos: view by view.
  const data = Float32Array.from({ length: 4 * 2 * 3 }, (_, index) => Math.sin(index) * 9);
  const { mean } = await runModel(model, { rows: { type: 'float32', dims: [8, 3], data } });
  expect(mean?.dims).toEqual([2, 3]);
  for (const photo of [0, 1]) {
    for (const column of [0, 1, 2]) {
      const own = [0, 1, 2, 3].map((view) => data[(view * 2 + photo) * 3 + column] ?? NaN);
      const expected = own.reduce((sum, value) => sum + value, 0) / 4;
      expect(Number(mean?.data[photo * 3 + column])).toBeCloseTo(expected, 5);
    }
  }
});
