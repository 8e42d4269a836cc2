import { z } from 'zod';
import { pad } from '../layers/pad.ts';
import { pool } from '../layers/pool.ts';
import { reduce } from '../layers/reduce.ts';
import { slice } from '../layers/slice.ts';
import { resize } from '../layers/resize.ts';
import type { Value } from '../layers/draft.ts';
import { pictureShape } from '../layers/window.ts';
import { inputOf, type LayerCall, pair, settingsOf } from './layer-call.ts';

const pooling = z.looseObject({
  pool_size: pair.default([2, 2]),
  strides: pair.nullish(),
  padding: z.enum(['valid', 'same']).default('valid'),
});
const whole = z.looseObject({ keepdims: z.boolean().nullish() });
const count = z.int().nonnegative();
const border = z
  .union([count, z.tuple([count, count]), z.tuple([z.tuple([count, count]), z.tuple([count, count])])], {
    error: 'whole numbers: one, [height, width] or [[top, bottom], [left, right]]',
  })
  .transform((value): readonly [readonly [number, number], readonly [number, number]] => {
    if (typeof value === 'number') {
      return [
        [value, value],
        [value, value],
      ];
    }
    const [rows, columns] = value;
    return [
      typeof rows === 'number' ? [rows, rows] : rows,
      typeof columns === 'number' ? [columns, columns] : columns,
    ];
  });
const padding = z.looseObject({
  padding: border.default([
    [1, 1],
    [1, 1],
  ]),
});
const cropping = z.looseObject({
  cropping: border.default([
    [0, 0],
    [0, 0],
  ]),
});
const upsampling = z.looseObject({
  size: pair.default([2, 2]),
  interpolation: z.enum(['nearest', 'bilinear']).default('nearest'),
});

/** MaxPooling2D and AveragePooling2D; what lies outside the picture does not count. */
export function importPooling(op: 'MaxPool' | 'AveragePool', call: LayerCall): Value {
  const { pool_size: kernel, strides, padding: rule } = settingsOf(call, pooling);
  return pool(call.draft, call.name, op, inputOf(call), {
    kernel,
    strides: strides ?? kernel,
    padding: rule === 'same' ? 'SAME' : 'VALID',
  });
}

/** GlobalAveragePooling2D and GlobalMaxPooling2D. */
export function importGlobalPooling(how: 'Mean' | 'Max', call: LayerCall): Value {
  const { keepdims } = settingsOf(call, whole);
  const input = inputOf(call);
  pictureShape(call.draft, call.name, input);
  return reduce(call.draft, call.name, how, input, [1, 2], keepdims === true);
}

/** ZeroPadding2D. */
export function importZeroPadding2D(call: LayerCall): Value {
  const [rows, columns] = settingsOf(call, padding).padding;
  const input = inputOf(call);
  pictureShape(call.draft, call.name, input);
  return pad(call.draft, call.name, input, [[0, 0], rows, columns, [0, 0]]);
}

/** Cropping2D. */
export function importCropping2D(call: LayerCall): Value {
  const borders = settingsOf(call, cropping).cropping;
  const input = inputOf(call);
  const [, height, width] = pictureShape(call.draft, call.name, input);
  const ranges = borders.map(([before, after], index) => ({
    axis: index + 1,
    start: before,
    end: (index === 0 ? height : width) - after,
    step: 1,
  }));
  return slice(call.draft, call.name, input, ranges);
}

/** UpSampling2D. Bilinear, Keras takes the centres of pixels as their places and TensorFlow.js their corners. */
export function importUpSampling2D(call: LayerCall): Value {
  const { size, interpolation } = settingsOf(call, upsampling);
  const input = inputOf(call);
  const [, height, width] = pictureShape(call.draft, call.name, input);
  return resize(call.draft, call.name, input, {
    method: interpolation,
    height: height * size[0],
    width: width * size[1],
    halfPixelCenters: interpolation === 'bilinear' && call.dialect !== 'tfjs',
  });
}
