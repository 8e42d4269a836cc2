import { describe, expect, it } from 'vitest';
import { adaptNetwork } from '../src/backbone/adapt-network.ts';
import type { Backbone } from '../src/backbone/backbone.ts';
import { drawPixels } from '../src/finetune/testing/draw-pixels.ts';
import { listGoldenNetworks, readGoldenFile } from '../src/import/onnx/testing/golden-networks.ts';
import { importOnnx } from '../src/import/onnx/import-onnx.ts';
import type { Model, Tensor } from '../src/onnx/graph.ts';
import { halve } from '../src/onnx/halve/halve.ts';
import { planHalves } from '../src/onnx/halve/plan-halves.ts';
import { inferShapes } from '../src/onnx/infer-shapes.ts';
import { convertOpset, opsetRange } from '../src/onnx/opset/convert-opset.ts';
import { rangeGraph } from '../src/onnx/quantise/measure-graph.ts';
import { planQuantisation } from '../src/onnx/quantise/plan.ts';
import { quantise } from '../src/onnx/quantise/quantise.ts';
import { runModel } from '../src/onnx/testing/run-model.ts';

const targets = Array.from(
  { length: opsetRange.most - opsetRange.least + 1 },
  (_, index) => opsetRange.least + index,
);
const networks = listGoldenNetworks()
  .map(({ name }) => name)
  .filter((name) => /^(resnet|mobilenet|efficientnet|convnext|transformer)-/.test(name));

function open(name: string): Backbone {
  const bytes = readGoldenFile(`${name}.onnx`);
  const imported = importOnnx(bytes, name, { external: readGoldenFile });
  const network = {
    id: name,
    sha256: '4'.repeat(64),
    bytes: bytes.length,
    imported,
    format: 'ONNX',
    beside: {},
  };
  return adaptNetwork(network, { scaling: 'imagenet' });
}

/** The largest difference of each tap, in shares of its largest value. */
async function errorsOf(model: Model, other: Model, image: Tensor): Promise<Map<string, number>> {
  const [wanted, found] = [await runModel(model, { image }), await runModel(other, { image })];
  return new Map(
    model.graph.outputs.map(({ name }) => {
      const values = [...(wanted[name]?.data as Float32Array)];
      const largest = Math.max(...values.map(Math.abs));
      const errors = values.map((value, at) => Math.abs(value - Number(found[name]?.data[at])));
      return [name, Math.max(...errors) / largest];
    }),
  );
}

describe.each(networks)('%s', (name) => {
  const { model } = open(name);
  const image = drawPixels(open(name), 1);

  it.each(targets)('computes the same in operator set %d', async (target) => {
    const errors = await errorsOf(model, convertOpset(model, target), image);
    expect(Math.max(...errors.values())).toBeLessThan(1e-4);
  });

  it('computes nearly the same in half precision', async () => {
    const facts = inferShapes(model);
    const halves = planHalves(model.graph, facts);
    expect(halves.size).toBeGreaterThan(5);
    const errors = await errorsOf(model, halve(model, halves, facts), image);
    expect(Math.max(...errors.values())).toBeLessThan(0.02);
  });

  it('computes nearly the same in 8-bit integers', async () => {
    const plan = planQuantisation(model.graph);
    expect([...plan.nodes.keys()].filter(({ op }) => op === 'Conv').length).toBeGreaterThan(0);
    const tensors = [...new Set(plan.levelsOf.values())].filter((tensor) => !plan.given.has(tensor));
    const graph = rangeGraph(model, tensors, new Map());
    const figures = await runModel(graph.model, { image });
    const ranges = new Map(
      [...graph.outputs].map(([tensor, [low = '', high = '']]) => [
        tensor,
        { low: Number(figures[low]?.data[0]), high: Number(figures[high]?.data[0]) },
      ]),
    );
    const errors = await errorsOf(model, quantise(model, plan, { ranges, means: new Map() }), image);
    expect(Math.max(...errors.values()), JSON.stringify([...errors])).toBeLessThan(0.05);
  });
});
