import { describe, expect, it } from 'vitest';
import type { KnownPreprocess, PixelScaling } from '../../shared/preprocess.ts';
import { resolvePreprocess } from './resolve-preprocess.ts';

const scaling: PixelScaling = { order: 'RGB', mean: [1, 2, 3], std: [4, 5, 6] };
const other: PixelScaling = { order: 'BGR', mean: [0, 0, 0], std: [1, 1, 1] };
const open = { needsScaling: true };
const full: KnownPreprocess = {
  width: 96,
  height: 64,
  resize: 'crop',
  crop: 0.875,
  kernel: 'bicubic',
  scaling,
};

/** The error that a call throws, as code, message and hint. */
function refusal(known: KnownPreprocess[], graph: Parameters<typeof resolvePreprocess>[1]): object {
  try {
    resolvePreprocess(known, graph, 'net.onnx');
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint: string };
    return { code, message, hint };
  }
  throw new Error('expected an error');
}

describe('what is known about preprocessing', () => {
  it('is taken field by field from the first that says it', () => {
    const fit = { width: 96, height: 64, resize: 'crop', crop: 0.875, kernel: 'bicubic' };
    expect(resolvePreprocess([{}, full, { width: 1, height: 1, scaling: other }], open, 'net')).toEqual({
      fit,
      scaling,
    });
    expect(resolvePreprocess([{ scaling: other, kernel: 'bilinear' }, {}, full], open, 'net')).toEqual({
      fit: { ...fit, kernel: 'bilinear' },
      scaling: other,
    });
  });

  it('is completed by a stretch and the bilinear filter, and by the size of the graph', () => {
    expect(
      resolvePreprocess([{}, { scaling }], { width: 30, height: 20, needsScaling: true }, 'net'),
    ).toEqual({
      fit: { width: 30, height: 20, resize: 'stretch', crop: 1, kernel: 'bilinear' },
      scaling,
    });
  });

  it('takes a share only from one who means the same way to resize', () => {
    const crop = (...known: KnownPreprocess[]): number =>
      resolvePreprocess([...known, { width: 8, height: 8, scaling }], open, 'net').fit.crop;
    expect(crop({ resize: 'crop' }, { resize: 'crop', crop: 0.9 })).toBe(0.9);
    expect(crop({ resize: 'crop' }, { resize: 'stretch', crop: 0.9 })).toBe(1);
    expect(crop({ resize: 'crop' }, { crop: 0.9 })).toBe(0.9);
    expect(crop({ resize: 'stretch', crop: 1 }, { resize: 'crop', crop: 0.9 })).toBe(1);
    expect(crop({}, { resize: 'crop' })).toBe(1);
  });

  it('needs no scaling where the graph takes pixels, and a file that has one for others is not asked', () => {
    const graph = { width: 8, height: 8, needsScaling: false };
    expect(resolvePreprocess([{}, {}, { scaling }], graph, 'net').scaling).toBeUndefined();
    expect(refusal([{ scaling }], graph)).toEqual({
      code: 'INVALID_OPTION',
      message: 'Expected no scaling for net.onnx, which takes pixels as they are, but received one.',
      hint: 'Leave --scaling out: the network scales by itself.',
    });
  });
});

describe('preprocessing that nobody says is asked for', () => {
  it('with the flags for size and scaling, and what each name of a scaling means', () => {
    expect(refusal([{}, {}, { resize: 'crop' }], open)).toEqual({
      code: 'PREPROCESS_UNKNOWN',
      message:
        'Expected net.onnx to say the size of its input and how its pixels are scaled, but found it neither in the file nor beside it.',
      hint: expect.stringMatching(
        /--input-size 224 --scaling imagenet\. Scalings: imagenet \(.+\); inception \(-1 to 1.+\); unit \(0 to 1\); caffe \(BGR .+\); pixels \(0 to 255.+\); or <mean>\/<std>/,
      ) as string,
    });
  });

  it.each([
    [
      'the size',
      [{ scaling }],
      open,
      'Expected net.onnx to say the size of its input, but',
      '--input-size 224.',
    ],
    ['one side', [{ scaling, width: 8 }], open, 'to say the size of its input, but', '--input-size 224.'],
    [
      'one side of the graph',
      [{ scaling }],
      { width: 8, needsScaling: true },
      'to say the size of its',
      '224.',
    ],
    [
      'the size of a graph for pixels',
      [{}],
      { needsScaling: false },
      'to say the size of its input, but',
      'for example --input-size 224.',
    ],
    [
      'the scaling',
      [{}],
      { width: 8, height: 8, needsScaling: true },
      'Expected net.onnx to say how its pixels are scaled, but',
      'for example --scaling imagenet.',
    ],
  ])('alone when only %s is missing', (_, known, graph, message, hint) => {
    const error = refusal(known, graph);
    expect(error).toMatchObject({
      code: 'PREPROCESS_UNKNOWN',
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining(hint) as string,
    });
    expect(error).not.toMatchObject({ message: expect.stringContaining(' and ') as string });
  });
});

describe('a size that the graph does not take', () => {
  const graph = { width: 299, height: 299, needsScaling: true };

  it('is refused from the user', () => {
    expect(refusal([{ width: 224, height: 299 }, { scaling }], graph)).toEqual({
      code: 'INVALID_OPTION',
      message:
        'Expected an input of 299 × 299 pixels for net.onnx, whose graph takes no other, but found 224 × 299.',
      hint: 'Leave --input-size out, or export the network for that size.',
    });
  });

  it('is refused from a file, unless the user says what holds', () => {
    const file = { width: 224, height: 224, scaling };
    expect(refusal([{}, {}, file], graph)).toEqual({
      code: 'BACKBONE_INVALID',
      message:
        'Expected an input of 299 × 299 pixels for net.onnx, whose graph takes no other, but found 224 × 224 in what its files say.',
      hint: 'Give --input-size 299 if the graph is right.',
    });
    expect(resolvePreprocess([{ width: 299, height: 299 }, {}, file], graph, 'net').fit.width).toBe(299);
    expect(refusal([{}, file], { height: 320, needsScaling: true })).toMatchObject({
      hint: 'Give --input-size 224x320 if the graph is right.',
    });
  });
});
