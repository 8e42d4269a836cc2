import type { ModelMetadata } from '../model/metadata.ts';
import type { Model } from '../onnx/graph.ts';
import { rangeGraph } from '../onnx/quantise/measure-graph.ts';
import type { MeasuredTensors } from '../onnx/quantise/quantise.ts';
import type { ValueRange } from '../onnx/value-ranges.ts';
import type { ExportContext, ExportPhoto } from './export-format.ts';
import { measureOnPhotos } from './measure-on-photos.ts';

/**
 * Measures between which numbers tensors lie on photos, 0 always included, and the mean of each channel of some.
 *
 * @param channels - How many channels of which tensors `[N, channels, H, W]`.
 * @throws RegraftError `NO_PHOTO_READ`, `RUNTIME_FAILED`, `CANCELLED`.
 */
export async function measureRanges(
  model: Model,
  tensors: readonly string[],
  channels: ReadonlyMap<string, number>,
  metadata: ModelMetadata,
  photos: readonly ExportPhoto[],
  context: ExportContext,
): Promise<MeasuredTensors> {
  const ranges = new Map<string, ValueRange>();
  const sums = new Map([...channels].map(([tensor, size]) => [tensor, new Float64Array(size)]));
  const graph = rangeGraph(model, tensors, channels);
  const read = await measureOnPhotos(graph, metadata, photos, context, (tensor, [low, high, means]) => {
    const before = ranges.get(tensor) ?? { low: 0, high: 0 };
    ranges.set(tensor, {
      low: Math.min(before.low, Number(low?.[0])),
      high: Math.max(before.high, Number(high?.[0])),
    });
    const sum = sums.get(tensor);
    means?.forEach((mean, channel) => sum && (sum[channel] = (sum[channel] ?? 0) + mean));
  });
  const means = new Map([...sums].map(([tensor, sum]) => [tensor, sum.map((value) => value / read)]));
  return { ranges, means };
}
