// An epoch of fine-tuning the last three blocks of Inception v3 beside the same in PyTorch: the same weights, activations, batches, optimizer and schedule, on all cores.
//
//     npx tsx bench/fine-tuning-peer.ts --python <python with torch and onnx>
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { loadBackbone } from '../src/backbone/load.ts';
import { scanDataset } from '../src/dataset/scan.ts';
import { storeActivations } from '../src/finetune/activations/store-activations.ts';
import { cutNetwork } from '../src/finetune/cut/cut-network.ts';
import { resolveTuningSettings } from '../src/finetune/settings.ts';
import { tune } from '../src/finetune/tune.ts';
import { buildTuningGraphs, type TuningGraphs } from '../src/finetune/tuning-graphs.ts';
import type { Model } from '../src/onnx/graph.ts';
import { encodeModel } from '../src/onnx/write.ts';
import { regraftHome } from '../src/home.ts';
import { type BenchResult, printResults } from './bench-result.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const photosOfEpoch = 256;
const epochs = 3;
const classes = 5;
const peer = fileURLToPath(new URL('fine-tuning-peer.py', import.meta.url));

export async function benchPeer(python: string | undefined): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined || python === undefined) {
    console.error(
      'Skipped: this bench needs REGRAFT_DATA with flower_photos/ and --python <a Python with torch and onnx>.',
    );
    return [];
  }
  const home = regraftHome();
  const backbone = await loadBackbone('inception-v3', { home });
  const photos = (await scanDataset(folder, { home })).photos.slice(0, photosOfEpoch);
  const cut = cutNetwork(backbone, 3);
  const taps = cut.taps.upper.filter(({ name }) => cut.blocks.includes(name));
  const columns = taps.reduce((sum, { size }) => sum + size, 0);
  const head = {
    weights: new Float32Array(classes * columns),
    bias: new Float32Array(classes),
    factor: new Float32Array(columns).fill(0.1),
    offset: new Float32Array(columns),
  };
  const graphs = buildTuningGraphs({ cut, taps, head, task: 'single-label' });
  const { store } = await storeActivations(photos, backbone, cut, ['whole'], { home });
  const hashes = photos.map(({ sha256 }) => sha256);
  const read = async (rows: ArrayLike<number>) => ({
    [cut.activation.name]: await store.read(
      Array.from(rows, (row) => hashes[row] ?? ''),
      Array.from(rows, () => 'whole' as const),
    ),
  });
  const targets = new Float32Array(photosOfEpoch * classes);
  for (let photo = 0; photo < photosOfEpoch; photo++) targets[photo * classes + (photo % classes)] = 1;
  const rows = { photos: photosOfEpoch, views: 1, targets, read };
  const problem = {
    classes,
    ...graphs,
    training: rows,
    validation: { ...rows, photos: 0 },
    measure: () => ({ logLoss: NaN, accuracy: NaN }),
  };
  const { curve } = await tune(problem, resolveTuningSettings({ epochs }), { seed: 0 });
  // The first also allocates.
  const own = Math.min(...curve.slice(1).map(({ seconds }) => seconds));
  const theirs = await withFreshHome(async (scratch) => {
    await writeFile(join(scratch, 'network.onnx'), encodeModel(whole(graphs)));
    const activations = (await read([...photos.keys()]))[cut.activation.name]?.data ?? new Uint8Array(0);
    await writeFile(join(scratch, 'activations.bin'), new Uint8Array(activations.buffer));
    const output = execFileSync(python, [peer, scratch, ...cut.activation.dims.map(String)], {
      encoding: 'utf8',
    });
    return Number(output.trim().split('\n').at(-1));
  });
  return [
    { name: 'epoch of 256 photos', value: own, unit: 's', note: `the faster of ${epochs - 1}` },
    { name: 'the same in PyTorch', value: theirs, unit: 's', note: `the faster of ${epochs - 1}` },
    {
      name: 'against PyTorch',
      value: own / theirs,
      unit: 'x',
      bound: { kind: 'at most', value: 1.5 },
      note: 'last three blocks of Inception v3, 12.8 M weights, batch 32',
    },
  ];
}

/** The graph with its parameters inside. */
function whole({ forward, parameters }: TuningGraphs): Model {
  const { graph } = forward;
  return {
    ...forward,
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => !parameters.has(name)),
      initializers: new Map([...graph.initializers, ...parameters]),
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const at = process.argv.indexOf('--python');
  printResults(await benchPeer(at === -1 ? undefined : process.argv[at + 1]));
}
