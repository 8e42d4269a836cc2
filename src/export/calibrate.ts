import { RegraftError, throwIfCancelled } from '../errors.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import { intAttribute } from '../onnx/attributes.ts';
import type { Model } from '../onnx/graph.ts';
import { errorGraph, type MeasureGraph, rangeGraph } from '../onnx/quantise/measure-graph.ts';
import type { QuantisationPlan } from '../onnx/quantise/plan.ts';
import type { MeasuredTensors } from '../onnx/quantise/quantise.ts';
import type { ValueRange } from '../onnx/value-ranges.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { countProgress } from './count-progress.ts';
import type { ExportContext, ExportPhoto } from './export-format.ts';
import { readPixels } from './read-pixels.ts';

/** Photos that ranges are taken of, and of which the errors within them are summed. */
const calibrationPhotos = { ranges: 96, errors: 24 } as const;

/** Parts of a tensor's range that are tried: fewer outliers, finer steps. */
const shares = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4] as const;

/**
 * Measures on training photos what {@link MeasuredTensors} tells: of the shares of what a tensor reaches, the one whose 8-bit levels miss its
 * values by the least mean square, and the means of the channels that convolutions read.
 *
 * @param photos - In an order that their contents tell; the first ones are taken.
 * @throws RegraftError `NO_PHOTO_READ`, `RUNTIME_FAILED`, `CANCELLED`.
 */
export async function calibrate(
  model: Model,
  plan: QuantisationPlan,
  metadata: ModelMetadata,
  photos: readonly ExportPhoto[],
  context: ExportContext,
): Promise<MeasuredTensors> {
  const tensors = [...new Set(plan.levelsOf.values())].filter((tensor) => !plan.given.has(tensor));
  const channels = channelsRead(model, plan);
  const taken = photos.slice(0, calibrationPhotos.ranges);
  const some = taken.slice(0, calibrationPhotos.errors);
  const count = countProgress('export', taken.length + some.length, 'photos', context.onProgress);

  const reached = new Map<string, ValueRange>();
  const sums = new Map([...channels].map(([tensor, size]) => [tensor, new Float64Array(size)]));
  const graph = rangeGraph(model, tensors, channels);
  const read = await runOn(graph, metadata, taken, context, count, (tensor, [low, high, means]) => {
    const before = reached.get(tensor) ?? { low: 0, high: 0 };
    reached.set(tensor, {
      low: Math.min(before.low, Number(low?.[0])),
      high: Math.max(before.high, Number(high?.[0])),
    });
    const sum = sums.get(tensor);
    means?.forEach((mean, channel) => sum && (sum[channel] = (sum[channel] ?? 0) + mean));
  });
  if (read === 0) {
    throw new RegraftError('NO_PHOTO_READ', `None of the ${taken.length} training photos could be read.`, {
      hint: 'The range of the 8-bit numbers is taken from them.',
    });
  }

  const candidates = new Map(
    tensors.map((tensor) => {
      const { low, high } = reached.get(tensor) ?? { low: 0, high: 0 };
      return [tensor, shares.map((share) => ({ low: low * share, high: high * share }))];
    }),
  );
  const missed = new Map(tensors.map((tensor) => [tensor, shares.map(() => 0)]));
  await runOn(errorGraph(model, candidates), metadata, some, context, count, (tensor, values) => {
    const sum = missed.get(tensor) ?? [];
    for (const [index, value] of values.entries()) sum[index] = (sum[index] ?? 0) + Number(value[0]);
  });
  return {
    ranges: new Map(
      [...candidates].map(([tensor, ranges]) => {
        const sum = missed.get(tensor) ?? [];
        return [tensor, ranges[sum.indexOf(Math.min(...sum))] ?? { low: 0, high: 0 }];
      }),
    ),
    means: new Map([...sums].map(([tensor, sum]) => [tensor, sum.map((value) => value / read)])),
  };
}

/** The tensors that convolutions read, with the number of their channels. */
function channelsRead({ graph }: Model, { nodes }: QuantisationPlan): Map<string, number> {
  return new Map(
    [...nodes.keys()]
      .filter(({ op }) => op === 'Conv')
      .map((conv) => {
        const [input = '', weights = ''] = conv.inputs;
        const [, inputs = 1] = graph.initializers.get(weights)?.dims ?? [];
        return [input, inputs * intAttribute(conv, 'group', 1)];
      }),
  );
}

/** Runs a graph that measures on photos, and gives how many could be read. */
async function runOn(
  { model, outputs }: MeasureGraph,
  metadata: ModelMetadata,
  photos: readonly ExportPhoto[],
  { workers, maxPixels, signal }: ExportContext,
  count: () => void,
  take: (tensor: string, values: readonly Float32Array[]) => void,
): Promise<number> {
  const input = model.graph.inputs[0]?.name ?? '';
  await using sessions = await openSessions(model, { workers, signal });
  let read = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let photo = photos[next++]; photo !== undefined; photo = photos[next++]) {
      throwIfCancelled(signal);
      const image = await readPixels(photo.file, metadata, maxPixels);
      if (image !== undefined) {
        const figures = await sessions.run({ [input]: image }, { signal, transfer: true });
        for (const [tensor, names] of outputs) {
          take(
            tensor,
            names.map((name) => figures[name]?.data as Float32Array),
          );
        }
        read++;
      }
      count();
    }
  };
  await Promise.all(Array.from({ length: sessions.workers + 1 }, lane));
  return read;
}
