import { describe, expect, it } from 'vitest';
import { expectNear, runPictures } from '../testing/run-pictures.ts';
import { importGraphDef } from './import-graphdef.ts';
import { operatorImporters } from './operators.ts';
import { readGraphDef } from './read-graphdef.ts';
import { drawNumbers, readGolden, unpack, unpackFloats } from './testing/graphdef-golden.ts';

const golden = await readGolden();
const { shape, cases } = golden.operators;
const pictures = { dims: shape, data: drawNumbers(shape, 3) };

describe('operators give what TensorFlow gives, within 1e-4 of the largest number of the result', () => {
  it.each(Object.entries(cases))('%s', async (_, { graph, dims, values }) => {
    const { model, layout, form } = importGraphDef(unpack(graph), 'net.pb');
    expect({ layout, form }).toEqual({ layout: 'NCHW', form: 'float32' });
    expect(model.graph.inputs).toEqual([{ name: 'input', type: 'float32', dims: ['N', 3, 5, 6] }]);
    const result = await runPictures(model, pictures);
    expectNear(result, { dims, data: unpackFloats(values) });
  });

  it('and every operator that can be imported stands in one of the goldens', () => {
    const graphs = [
      golden.classic.graph,
      ...Object.values(golden.slim.graphs),
      ...Object.values(cases).map(({ graph }) => graph),
      ...Object.values(golden.heads.cases).map(({ graph }) => graph),
    ];
    const seen = new Set(
      graphs.flatMap((graph) => [...readGraphDef(unpack(graph), 'net.pb').values()].map(({ op }) => op)),
    );
    const unseen = [...operatorImporters.keys()].filter((op) => !seen.has(op) && !isAlias.test(op));
    expect(unseen).toEqual([]);
  });
});

/** Other names of operators that are seen, and what `joinDilations` makes of several. */
const isAlias =
  /^(Atrous.*|BiasAddV1|DecodeBmp|DecodeImage|DecodePng|Inv|PreventGradient|Snapshot|SwishF32)$/;
