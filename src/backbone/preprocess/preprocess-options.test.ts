import { expect, it } from 'vitest';
import { parsePreprocessOptions, type PreprocessOptions } from './preprocess-options.ts';

const imagenet = { order: 'RGB', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };

it.each<[PreprocessOptions, object]>([
  [{}, {}],
  [{ inputSize: 224 }, { width: 224, height: 224 }],
  [{ inputSize: '96' }, { width: 96, height: 96 }],
  [{ inputSize: '320x240' }, { width: 320, height: 240 }],
  [{ inputSize: '320X240' }, { width: 320, height: 240 }],
  [{ resize: 'stretch' }, { resize: 'stretch', crop: 1 }],
  [{ resize: 'crop' }, { resize: 'crop' }],
  [{ resize: 'crop:0.875' }, { resize: 'crop', crop: 0.875 }],
  [{ resize: 'crop:1' }, { resize: 'crop', crop: 1 }],
  [{ kernel: 'bicubic' }, { kernel: 'bicubic' }],
  [{ scaling: 'imagenet' }, { scaling: imagenet }],
  [
    { scaling: 'inception' },
    { scaling: { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] } },
  ],
  [{ scaling: 'unit' }, { scaling: { order: 'RGB', mean: [0, 0, 0], std: [255, 255, 255] } }],
  [{ scaling: 'caffe' }, { scaling: { order: 'BGR', mean: [123.68, 116.779, 103.939], std: [1, 1, 1] } }],
  [{ scaling: 'pixels' }, { scaling: { order: 'RGB', mean: [0, 0, 0], std: [1, 1, 1] } }],
  [
    { scaling: '127.5/128' },
    { scaling: { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [128, 128, 128] } },
  ],
  [
    { scaling: '123.7,116.3,103.5/58.4,57.1,57.4' },
    { scaling: { order: 'RGB', mean: [123.7, 116.3, 103.5], std: [58.4, 57.1, 57.4] } },
  ],
  [{ scaling: '1,2,3/4' }, { scaling: { order: 'RGB', mean: [1, 2, 3], std: [4, 4, 4] } }],
  [{ scaling: '-1/.5' }, { scaling: { order: 'RGB', mean: [-1, -1, -1], std: [0.5, 0.5, 0.5] } }],
  [{ scaling: 'bgr:1,2,3/4' }, { scaling: { order: 'BGR', mean: [1, 2, 3], std: [4, 4, 4] } }],
  [{ scaling: 'bgr:imagenet' }, { scaling: { ...imagenet, order: 'BGR' } }],
  [
    { inputSize: 64, scaling: 'imagenet', resize: 'crop:0.9', kernel: 'bilinear' },
    { width: 64, height: 64, scaling: imagenet, resize: 'crop', crop: 0.9, kernel: 'bilinear' },
  ],
])('%j is understood', (options, known) => {
  expect(parsePreprocessOptions(options)).toEqual(known);
});

const size = 'Expected a side such as 224, or a width and height such as 320x240, for inputSize but received';
const scaling =
  'Expected imagenet, inception, unit, caffe, pixels, or a mean/std such as 127.5/127.5, for scaling but received';
const resize = 'Expected "stretch", "crop", or "crop:" and a share such as 0.875, for resize but received';

it.each<[Record<string, unknown>, string]>([
  [{ inputSize: 0 }, `${size} 0.`],
  [{ inputSize: -224 }, `${size} -224.`],
  [{ inputSize: 224.5 }, `${size} 224.5.`],
  [{ inputSize: 8193 }, `${size} 8193.`],
  [{ inputSize: NaN }, `${size} NaN.`],
  [{ inputSize: '' }, `${size} "".`],
  [{ inputSize: '224x' }, `${size} "224x".`],
  [{ inputSize: '224x0' }, `${size} "224x0".`],
  [{ inputSize: '3x224x224' }, `${size} "3x224x224".`],
  [{ inputSize: '0x10' }, `${size} "0x10".`],
  [{ inputSize: [224, 224] }, `${size} [224,224].`],
  [{ scaling: 'Imagenet' }, `${scaling} "Imagenet".`],
  [{ scaling: 'constructor' }, `${scaling} "constructor".`],
  [{ scaling: '127.5' }, `${scaling} "127.5".`],
  [{ scaling: '127.5/' }, `${scaling} "127.5/".`],
  [{ scaling: '127.5/0' }, `${scaling} "127.5/0".`],
  [{ scaling: '1,2/3' }, `${scaling} "1,2/3".`],
  [{ scaling: '1,2,3,4/5' }, `${scaling} "1,2,3,4/5".`],
  [{ scaling: '1/2/3' }, `${scaling} "1/2/3".`],
  [{ scaling: '1e9/1' }, `${scaling} "1e9/1".`],
  [{ scaling: '99999999/1' }, `${scaling} "99999999/1".`],
  [{ scaling: 'rgb:1/2' }, `${scaling} "rgb:1/2".`],
  [{ scaling: {} }, `${scaling} {}.`],
  [{ resize: 'pad' }, `${resize} "pad".`],
  [{ resize: 'crop:' }, `${resize} "crop:".`],
  [{ resize: 'crop:0' }, `${resize} "crop:0".`],
  [{ resize: 'crop:1.01' }, `${resize} "crop:1.01".`],
  [{ resize: 'crop:87.5%' }, `${resize} "crop:87.5%".`],
  [{ resize: 'stretch:0.5' }, `${resize} "stretch:0.5".`],
  [{ kernel: 'nearest' }, 'Expected "bilinear" or "bicubic" for kernel but received "nearest".'],
  [{ size: 224 }, 'The preprocessing has no option "size".'],
])('%j is refused', (options, message) => {
  expect(() => parsePreprocessOptions(options)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message }),
  );
});
