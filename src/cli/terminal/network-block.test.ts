import { expect, it } from 'vitest';
import type { NetworkDescription } from '../../inspect-network.ts';
import { openMemoryScreen } from '../testing/memory-screen.ts';
import { formatNetwork } from './network-block.ts';

const network: NetworkDescription = {
  id: 'net.onnx',
  format: 'ONNX',
  form: 'float32',
  sha256: 'ab'.repeat(32),
  bytes: 46_800_000,
  fit: { width: 224, height: 224, resize: 'crop', crop: 0.875, kernel: 'bilinear' },
  scaling: { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [58.395, 57.12, 57.375] },
  parameters: 11_689_512,
  multiplyAdds: 1_814_073_344,
  operators: [
    { op: 'Conv', count: 20 },
    { op: 'Relu', count: 17 },
  ],
  classes: 1000,
  labels: null,
  taps: [{ name: 'bottleneck', size: 512, tensor: '/Flatten_output_0', dims: ['N', 512] }],
};
const { screen } = openMemoryScreen('file');

it('a network is shown with its input, its cost and its taps', () => {
  expect(formatNetwork(network, screen)).toEqual([
    'net.onnx',
    '  file           ONNX, float32, 46.8 MB',
    `  sha256         ${'ab'.repeat(32)}`,
    '  input          photos its middle cut to 224 × 224, 87.5 % of the shorter side, bilinear',
    '  scaling        (RGB − 127.5) / [58.395, 57.12, 57.375]',
    '  parameters     11.7 million',
    '  multiply-adds  1,814 million a photo',
    '  classes        1000',
    '  operators      Conv 20, Relu 17',
    '',
    '  tap         size  shape     tensor',
    '  bottleneck   512  [N, 512]  /Flatten_output_0',
  ]);
});

it('what is not known of the scaling is said', () => {
  const shown = (scaling: NetworkDescription['scaling']): string | undefined =>
    formatNetwork({ ...network, scaling, classes: null }, screen).find((line) => line.includes('scaling'));
  expect(shown('unknown')).toContain('--scaling');
  expect(shown('inside')).toContain('takes pixels as they are');
});
