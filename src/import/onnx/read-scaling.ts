import type { KnownPreprocess, PixelScaling } from '../../shared/preprocess.ts';

const ranges: Readonly<Record<string, { readonly mean: number; readonly std: number }>> = {
  NominalRange_0_255: { mean: 0, std: 1 },
  Normalized_0_1: { mean: 0, std: 255 },
  Normalized_1_1: { mean: 127.5, std: 127.5 },
};
const orders: Readonly<Record<string, PixelScaling['order']>> = { Rgb8: 'RGB', Bgr8: 'BGR' };

/**
 * Reads the scaling of pixels from ONNX's own metadata for images, which few exporters write.
 * Source: https://github.com/onnx/onnx/blob/main/docs/MetadataProps.md
 */
export function readScaling(metadata: Readonly<Record<string, string>>): KnownPreprocess {
  const order = entry(orders, metadata['Image.BitmapPixelFormat']);
  const range = entry(ranges, metadata['Image.NominalPixelRange']);
  if (order === undefined || range === undefined) return {};
  const { mean, std } = range;
  return { scaling: { order, mean: [mean, mean, mean], std: [std, std, std] } };
}

function entry<T>(table: Readonly<Record<string, T>>, key: string | undefined): T | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
