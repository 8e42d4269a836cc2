import { describe, expect, it } from 'vitest';
import { floats } from '../onnx/build.ts';
import { cutAt } from '../onnx/cut.ts';
import { runModel } from '../onnx/testing/run-model.ts';
import { cutNetwork } from './cut/cut-network.ts';
import { joinCut } from './cut/join-cut.ts';
import { drawPixels } from './testing/draw-pixels.ts';
import { floatBackbone } from './testing/float-backbone.ts';
import { quantisedBackbone } from './testing/quantised-backbone.ts';
import { tunedBackbone } from './tuned-backbone.ts';

describe.each([
  ['floating point', floatBackbone()],
  ['levels', quantisedBackbone()],
])('a network of %s with its tuned part beside', (_, backbone) => {
  it.each([1, 2, 'all'])('cut at %s: gives both', async (where) => {
    const cut = cutNetwork(backbone, where);
    const weights = new Map(
      cut.parameters.map((name) => {
        const { dims = [], data = [] } = cut.upper.graph.initializers.get(name) ?? {};
        const values = Float32Array.from(
          data as Float32Array,
          (value, at) => value * (1 + 0.2 * Math.sin(at)),
        );
        return [name, floats(dims, values)] as const;
      }),
    );
    const { model, taps } = tunedBackbone(backbone, cut, weights);
    const image = drawPixels(backbone, 2);
    const outputs = await runModel(model, { image });
    const frozen = await runModel(backbone.model, { image });
    // The other way to put it together.
    const tuned = await runModel(joinCut(cut, weights), { image });
    for (const { name } of backbone.taps) expect(outputs[name], name).toEqual(frozen[name]);
    for (const { name } of cut.taps.upper) {
      const expected = Array.from(tuned[name]?.data as Float32Array);
      const found = outputs[`tuned/${name}`];
      expect(found?.dims).toEqual(tuned[name]?.dims);
      for (const [at, value] of expected.entries()) expect(Number(found?.data[at])).toBeCloseTo(value, 4);
      expect(expected).not.toEqual(Array.from(frozen[name]?.data as Float32Array));
    }
    expect(taps.map(({ name }) => name)).toEqual([
      ...backbone.taps.map(({ name }) => name),
      ...cut.taps.upper.map(({ name }) => `tuned/${name}`),
    ]);
    // What a model that reads the tuned taps alone needs.
    const [output] = model.graph.outputs.slice(-1);
    expect(cutAt(model, output === undefined ? [] : [output]).graph.nodes.length).toBeLessThan(
      model.graph.nodes.length,
    );
  });
});
