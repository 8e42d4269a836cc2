import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { adaptNetwork } from '../src/backbone/adapt-network.ts';
import type { Backbone } from '../src/backbone/backbone.ts';
import { type CutNetwork, cutNetwork } from '../src/finetune/cut/cut-network.ts';
import { joinCut } from '../src/finetune/cut/join-cut.ts';
import { drawPixels } from '../src/finetune/testing/draw-pixels.ts';
import { importOnnx } from '../src/import/onnx/import-onnx.ts';
import type { Tensor } from '../src/onnx/graph.ts';
import { runModel } from '../src/onnx/testing/run-model.ts';

const folder = fileURLToPath(new URL('goldens/onnx-networks/', import.meta.url));
const exported = readdirSync(folder).filter((file) =>
  /^(resnet|mobilenet|efficientnet|convnext|transformer)-.*\.onnx\.gz$/.test(file),
);

/** Every way to cut a network, from the whole to its last block alone. */
function cutsOf(backbone: Backbone): CutNetwork[] {
  const all = cutNetwork(backbone, 'all');
  return [
    all,
    ...Array.from({ length: all.blocks.length - 1 }, (_, index) => cutNetwork(backbone, index + 1)),
  ];
}

describe.each(exported)('%s', (file) => {
  const read = (name: string): Uint8Array => gunzipSync(readFileSync(`${folder}${name}`));
  const bytes = read(file);
  const imported = importOnnx(bytes, file, { external: (path) => read(`${path}.gz`) });
  const network = {
    id: file,
    sha256: '4'.repeat(64),
    bytes: bytes.length,
    imported,
    format: 'ONNX',
    beside: {},
  };
  const backbone = adaptNetwork(network, { scaling: 'imagenet' });

  it('gives, cut behind each of its blocks, what the whole gives, and so do the parts joined', async () => {
    const image = drawPixels(backbone, 2);
    const whole = await runModel(backbone.model, { image });
    const cuts = cutsOf(backbone);
    expect(new Set(cuts.map(({ name }) => name)).size).toBe(cuts.length);
    expect(cuts.length).toBeGreaterThan(1);
    for (const cut of cuts) {
      const below = await runModel(cut.frozen, { image });
      const above = await runModel(cut.upper, {
        [cut.activation.name]: below[cut.activation.name] as Tensor,
      });
      const joined = await runModel(joinCut(cut), { image });
      for (const { name } of backbone.taps) {
        const expected = [...(whole[name]?.data as Float32Array)];
        const scale = Math.max(...expected.map(Math.abs));
        for (const found of [above[name] ?? below[name], joined[name]]) {
          const errors = expected.map((value, at) => Math.abs(value - Number(found?.data[at])));
          expect(Math.max(...errors) / scale, `${name} behind ${cut.name}`).toBeLessThan(1e-4);
        }
      }
    }
  });

  it('has fewer parameters the later it is cut, each with its values', () => {
    const counts = cutsOf(backbone).map(({ parameters, upper }) => {
      for (const name of parameters) expect(upper.graph.initializers.get(name)?.type).toBe('float32');
      return parameters.length;
    });
    const [all = 0, ...rest] = counts;
    // From the last block to all of them.
    expect([...rest, all]).toEqual([...rest, all].sort((a, b) => a - b));
    expect(new Set(counts).size).toBe(counts.length);
  });
});
