import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fitNetwork } from '../src/backbone/adapt-network.ts';
import { importGraphDef } from '../src/import/graphdef/import-graphdef.ts';
import { readGolden, unpack } from '../src/import/graphdef/testing/graphdef-golden.ts';
import type { ImportedNetwork } from '../src/import/imported-network.ts';
import { importOnnx } from '../src/import/onnx/import-onnx.ts';
import { listGoldenNetworks, readGoldenFile } from '../src/import/onnx/testing/golden-networks.ts';
import { importTfjs } from '../src/import/tfjs/import-tfjs.ts';
import { goldenFiles, readGoldenNetworks } from '../src/import/tfjs/testing/golden-networks.ts';
import { importTflite } from '../src/import/tflite/import-tflite.ts';
import type { GraphNode, Model } from '../src/onnx/graph.ts';
import { inferShapes } from '../src/onnx/infer-shapes.ts';
import { decodeModel } from '../src/onnx/read.ts';

/** A network of the goldens, each importer's, and how it gets in. */
interface Sample {
  readonly name: string;
  readonly open: () => ImportedNetwork;
}

// These move axes themselves: as a test of operators, by a Permute layer, or because they give a picture back.
const movers = /operators|dynamic_batch|merges/;
const onnx = listGoldenNetworks().map(({ name }) => ({
  name: `ONNX ${name}`,
  file: `${name}.onnx`,
  open: () => importOnnx(readGoldenFile(`${name}.onnx`), name, { external: readGoldenFile }),
}));
const samples: readonly Sample[] = [...onnx, ...(await graphDefs()), ...(await tflites()), ...tfjs()];
// LayerNormalization over channels, and attention, transpose by their own definition.
const transposing = onnx.filter(({ name }) => /convnext|transformer/.test(name));
const plain = samples.filter(
  (sample) => !movers.test(sample.name) && !transposing.some(({ name }) => name === sample.name),
);

describe('what is left in the graph of an imported network', () => {
  it.each(samples)('has no BatchNormalization: $name', ({ open, name }) => {
    expect(operators(fit(open(), name), 'BatchNormalization')).toEqual([]);
  });

  it.each(plain)('has no Transpose but after the pixels and before a flattening: $name', ({ open, name }) => {
    const model = fit(open(), name);
    const transposes = operators(model, 'Transpose');
    const first = transposes.filter((node) => readsPixels(node, model));
    const last = transposes.filter((node) => !first.includes(node) && isFlattened(node, model));
    expect(first).toHaveLength(1);
    expect(last.length).toBeLessThanOrEqual(1);
    expect(transposes.filter((node) => !first.includes(node) && !last.includes(node))).toEqual([]);
  });

  it.each(transposing)(
    'has no more Transposes than its exporter wrote, and one for pixels: $name',
    (sample) => {
      const written = operators(decodeModel(readGoldenFile(sample.file), sample.name), 'Transpose').length;
      const model = fit(sample.open(), sample.name);
      const left = operators(model, 'Transpose').filter((node) => !readsPixels(node, model));
      expect(written).toBeGreaterThan(0);
      expect(left.length).toBeLessThanOrEqual(written);
    },
  );

  it('is looked for in networks of every importer that do hold BatchNormalization and other layouts', () => {
    expect(plain.length).toBeGreaterThan(30);
    expect(transposing.length).toBeGreaterThan(4);
    const held = samples.filter(({ open }) => operators(open().model, 'BatchNormalization').length > 0);
    const importers = new Set(held.map(({ name }) => name.split(' ')[0]));
    // TensorFlow Lite's converter folds it itself.
    expect([...importers].sort()).toEqual(['GraphDef', 'ONNX', 'TensorFlow.js']);
  });
});

async function graphDefs(): Promise<Sample[]> {
  const { classic, slim } = await readGolden();
  return Object.entries({ classic: classic.graph, ...slim.graphs }).map(([name, graph]) => ({
    name: `GraphDef ${name}`,
    open: () => importGraphDef(unpack(graph), name),
  }));
}

async function tflites(): Promise<Sample[]> {
  const text = await readFile(new URL('goldens/tflite-operators.json', import.meta.url), 'utf8');
  const { networks } = JSON.parse(text) as { networks: { name: string; form: string; file: string }[] };
  return networks.map(({ name, form, file }) => ({
    name: `TensorFlow Lite ${name} as ${form}`,
    open: () => importTflite(Uint8Array.from(inflateSync(Buffer.from(file, 'base64'))), name),
  }));
}

function tfjs(): Sample[] {
  return ['tfjs-layers.json', 'tfjs-keras.json'].flatMap((file) =>
    readGoldenNetworks(file).networks.map((network) => ({
      name: `TensorFlow.js ${network.name} of ${file}`,
      open: () => importTfjs(goldenFiles(network), network.name),
    })),
  );
}

/** The graph as photos run through it. */
function fit(imported: ImportedNetwork, name: string): Model {
  const isPixels = imported.model.graph.inputs[0]?.type === 'uint8';
  const network = { id: name, sha256: '', bytes: 0, format: '', imported, beside: {} };
  return fitNetwork(network, isPixels ? {} : { scaling: 'imagenet' }).model;
}

function operators({ graph }: Model, op: string): GraphNode[] {
  return graph.nodes.filter((node) => node.op === op);
}

/** Whether nothing but the scaling of pixels lies between it and the image. */
function readsPixels(node: GraphNode, model: Model): boolean {
  const [input] = node.inputs;
  if (model.graph.inputs.some(({ name }) => name === input)) return true;
  const before = model.graph.nodes.find(({ outputs }) => input !== undefined && outputs.includes(input));
  return before !== undefined && /^(Cast|Mul|Add|Gather)$/.test(before.op) && readsPixels(before, model);
}

/** Whether it brings pixels into the order of channels last, for a layer that takes them as one list. */
function isFlattened(node: GraphNode, model: Model): boolean {
  const readers = model.graph.nodes.filter(({ inputs }) =>
    inputs.some((input) => node.outputs.includes(input)),
  );
  const shapes = inferShapes(model);
  const perm = node.attributes.perm;
  const isToLast = perm !== undefined && 'ints' in perm && perm.ints.join() === '0,2,3,1';
  return (
    isToLast &&
    readers.length > 0 &&
    readers.every(({ op, outputs }) => op === 'Reshape' && shapes.get(outputs[0] ?? '')?.dims.length === 2)
  );
}
