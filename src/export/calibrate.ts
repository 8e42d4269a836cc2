import type { ModelMetadata } from '../model/metadata.ts';
import { intAttribute } from '../onnx/attributes.ts';
import type { Model } from '../onnx/graph.ts';
import { errorGraph } from '../onnx/quantise/measure-graph.ts';
import type { QuantisationPlan } from '../onnx/quantise/plan.ts';
import type { MeasuredTensors } from '../onnx/quantise/quantise.ts';
import type { ExportContext, ExportPhoto } from './export-format.ts';
import { measureOnPhotos } from './measure-on-photos.ts';
import { measureRanges } from './measure-ranges.ts';

/** Photos that ranges are taken of, and of which the errors within them are summed. */
const photosFor = { ranges: 96, errors: 24 } as const;

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
  const taken = photos.slice(0, photosFor.ranges);
  const channels = channelsRead(model, plan);
  const { ranges, means } = await measureRanges(model, tensors, channels, metadata, taken, context);
  const candidates = new Map(
    tensors.map((tensor) => {
      const { low, high } = ranges.get(tensor) ?? { low: 0, high: 0 };
      return [tensor, shares.map((share) => ({ low: low * share, high: high * share }))];
    }),
  );
  const missed = new Map(tensors.map((tensor) => [tensor, shares.map(() => 0)]));
  const some = taken.slice(0, photosFor.errors);
  await measureOnPhotos(errorGraph(model, candidates), metadata, some, context, (tensor, values) => {
    const sum = missed.get(tensor) ?? [];
    for (const [index, value] of values.entries()) sum[index] = (sum[index] ?? 0) + Number(value[0]);
  });
  const chosen = [...candidates].map(([tensor, tried]) => {
    const sum = missed.get(tensor) ?? [];
    return [tensor, tried[sum.indexOf(Math.min(...sum))] ?? { low: 0, high: 0 }] as const;
  });
  return { ranges: new Map(chosen), means };
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
