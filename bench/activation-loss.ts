// What the bottleneck loses when the activations that it is computed from are stored with fewer bits: in half precision, or as uint8 in the range that other photos showed.
import { pathToFileURL } from 'node:url';
import { loadBackbone } from '../src/backbone/load.ts';
import type { Backbone } from '../src/backbone/backbone.ts';
import type { Photo } from '../src/dataset/dataset.ts';
import { scanDataset } from '../src/dataset/scan.ts';
import { cutNetwork } from '../src/finetune/cut/cut-network.ts';
import { regraftHome } from '../src/home.ts';
import { decodeImage } from '../src/image/decode.ts';
import { elementCount, floats, uint8s } from '../src/onnx/build.ts';
import { halfValues, toHalves } from '../src/onnx/half-floats.ts';
import { openSessions } from '../src/runtime/session-pool.ts';
import { type BenchResult, printResults } from './bench-result.ts';
import { flowerPhotos } from './photos.ts';

const photosEach = 20;
const cuts = [
  ['mobilenet-v2-ssd', 'expanded_conv_5'],
  ['mobilenet-v2-ssd', 'expanded_conv_12'],
  ['inception-v3', 'Mixed_6e'],
] as const;

export async function benchActivationLoss(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the bench of stored activations needs REGRAFT_DATA with flower_photos/.');
    return [];
  }
  const home = regraftHome();
  const { photos } = await scanDataset(folder, { home });
  // Photos of all classes: they are listed class by class.
  const spread = photos.filter((_, index) => index % Math.floor(photos.length / (2 * photosEach)) === 0);
  const results: BenchResult[] = [];
  for (const [id, block] of cuts) {
    const backbone = await loadBackbone(id, { home, form: 'float32' });
    results.push(...(await measure(backbone, block, spread.slice(0, 2 * photosEach))));
  }
  return results;
}

/** Half of the photos show the ranges for uint8, the other half is measured. */
async function measure(backbone: Backbone, block: string, photos: readonly Photo[]): Promise<BenchResult[]> {
  const cut = cutNetwork(backbone, block);
  const { name, dims } = cut.activation;
  const plane = elementCount(dims.slice(1));
  await using below = await openSessions(cut.frozen);
  await using above = await openSessions(cut.upper);
  const activations: Float32Array[] = [];
  for (const { file } of photos) {
    const { width, height } = backbone.preprocess;
    const image = uint8s([1, height, width, 3], await decodeImage(file, backbone.preprocess));
    activations.push((await below.run({ image }))[name]?.data as Float32Array);
  }
  const [shown, measured] = [0, 1].map((half) => activations.filter((_, index) => index % 2 === half));
  const ranges = rangesOf(shown ?? [], plane);
  const whole = ranges.reduce((a, b) => ({ low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) }));
  const bottleneck = async (values: Float32Array): Promise<Float32Array> =>
    (await above.run({ [name]: floats([1, ...dims], values) }))['bottleneck']?.data as Float32Array;
  const kinds: readonly (readonly [string, (values: Float32Array) => Float32Array])[] = [
    ['float16', (values) => Float32Array.from(toHalves(values), (bits) => halfValues()[bits] ?? NaN)],
    ['uint8, one range', (values) => values.map((value) => toLevel(value, whole))],
    [
      'uint8, a range a channel',
      (values) => values.map((value, at) => toLevel(value, ranges[Math.floor(at / plane)] ?? whole)),
    ],
  ];
  const exact = await Promise.all((measured ?? []).map(bottleneck));
  const results: BenchResult[] = [];
  for (const [kind, store] of kinds) {
    const stored = await Promise.all((measured ?? []).map((values) => bottleneck(store(values))));
    results.push({
      name: `${backbone.id} behind ${block}: ${kind}`,
      value: Math.sqrt(
        sumOfSquares(stored, exact) /
          sumOfSquares(
            exact,
            exact.map(() => meanOf(exact)),
          ),
      ),
      unit: '',
      note: `root of the mean square error of the bottleneck, in units of its spread between ${exact.length} photos`,
    });
  }
  return results;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function rangesOf(activations: readonly Float32Array[], plane: number): Range[] {
  const channels = (activations[0]?.length ?? 0) / plane;
  return Array.from({ length: channels }, (_, channel) => {
    let [low, high] = [0, 0];
    for (const values of activations) {
      for (const value of values.subarray(channel * plane, (channel + 1) * plane)) {
        [low, high] = [Math.min(low, value), Math.max(high, value)];
      }
    }
    return { low, high };
  });
}

function toLevel(value: number, { low, high }: Range): number {
  if (high === low) return low;
  const step = (high - low) / 255;
  return low + step * Math.min(255, Math.max(0, Math.round((value - low) / step)));
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  return (rows[0] ?? new Float32Array()).map(
    (_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length,
  );
}

function sumOfSquares(rows: readonly Float32Array[], others: readonly Float32Array[]): number {
  return rows.reduce(
    (sum, row, index) =>
      sum + row.reduce((own, value, at) => own + (value - (others[index]?.[at] ?? NaN)) ** 2, 0),
    0,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchActivationLoss());
