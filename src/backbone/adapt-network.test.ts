import { expect, it } from 'vitest';
import { node } from '../onnx/build.ts';
import { adaptNetwork } from './adapt-network.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import type { OpenedNetwork } from './open-network.ts';

const entry: CatalogueEntry = {
  id: 'small',
  title: 'Small network',
  file: { sha256: '0'.repeat(64), bytes: 1, extension: 'onnx' },
  sources: [],
  licence: 'MIT',
  origin: 'A test.',
  inputSize: 8,
  featureSize: 3,
  preprocess: { width: 8, height: 8, resize: 'stretch', crop: 1, kernel: 'bilinear' },
  taps: ['inner', 'outer'].map((tensor) => ({ name: tensor, size: 3, tensor, axes: [2, 3] })),
  variant: 'whole',
};

function opened(last = 'outer'): OpenedNetwork {
  const nodes = [
    node('MaxPool', ['image_in'], ['inner'], { kernel_shape: { ints: [2, 2] } }),
    node('Relu', ['inner'], ['outer']),
  ];
  const graph = {
    name: 'net',
    nodes: nodes.slice(0, last === 'outer' ? 2 : 1),
    initializers: new Map(),
    inputs: [{ name: 'image_in', type: 'float32', dims: ['N', 3, 8, 8] }],
    outputs: [{ name: last, type: 'float32', dims: ['N', 3, 7, 7] }],
  } as const;
  const scaling = { order: 'RGB', mean: [0, 0, 0], std: [1, 1, 1] } as const;
  const model = { opset: 17, metadata: {}, graph };
  const imported = { model, layout: 'NCHW', form: 'float32', preprocess: {} } as const;
  return {
    id: 'small',
    sha256: entry.file.sha256,
    bytes: 1,
    format: 'ONNX',
    imported,
    beside: {},
    entry: { ...entry, preprocess: { ...entry.preprocess, scaling } },
  };
}

it('features have the name of the catalogue only where photos and taps are as it lists them', () => {
  const variant = (options: object, taps?: string[]): string => adaptNetwork(opened(), options, taps).variant;
  expect(variant({})).toBe('whole');
  expect(variant({ resize: 'stretch', inputSize: 8 })).toBe('whole');
  const others = [variant({ resize: 'crop' }), variant({ kernel: 'bicubic' }), variant({ scaling: 'unit' })];
  expect(others).not.toContain('whole');
  expect(new Set(others).size).toBe(3);
});

it('a network of the catalogue that is made to end earlier has the taps that are found', () => {
  const { taps, variant } = adaptNetwork(opened('inner'), {});
  expect(taps.map(({ name }) => name)).not.toContain('outer');
  expect(taps.length).toBeGreaterThan(0);
  expect(variant).not.toBe('whole');
});
