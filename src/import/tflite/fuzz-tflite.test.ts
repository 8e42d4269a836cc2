import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fuzzReader } from '../testing/fuzz.ts';
import { importTflite } from './import-tflite.ts';
import { appendFile, buildMetadata } from './testing/build-metadata.ts';
import { buildTflite } from './testing/build-tflite.ts';

const seed = 20;

describe(`a TensorFlow Lite file of random damage (seed ${seed})`, () => {
  it.each([
    ['mobilenet_v3', 'float32'],
    ['mobilenet_v2', 'float16'],
    ['resnet', 'int8'],
    ['dynamic_batch', 'float32'],
  ])('%s as %s is read, or refused with the file and the place', async (name, form) => {
    const bytes = await readGolden(name, form);
    const report = await fuzzReader(bytes, (damaged) => importTflite(damaged, 'fuzzed'), seed);
    expect(report).toMatchObject({ failures: [] });
    // A reader that refused all, or took all, would be no reader.
    expect(report.refused).toBeGreaterThan(100);
    expect(report.accepted).toBeGreaterThan(100);
  });

  it('with metadata and labels is read, or refused with the file and the place', async () => {
    const metadata = { TFLITE_METADATA: buildMetadata({ mean: [1], std: [2], labelFile: 'labels.txt' }) };
    const network = buildTflite({
      tensors: [
        { name: 'pixels', shape: [1, 2, 2, 3], type: 0 },
        { name: 'scores', shape: [1, 2, 2, 3], type: 0 },
      ],
      operators: [{ code: 14, inputs: ['pixels'], outputs: ['scores'] }],
      inputs: ['pixels'],
      outputs: ['scores'],
      metadata,
    });
    const bytes = appendFile(network, 'labels.txt', 'a\nb\nc');
    const report = await fuzzReader(bytes, (damaged) => importTflite(damaged, 'fuzzed'), seed);
    expect(report).toMatchObject({ failures: [] });
    expect(importTflite(bytes, 'whole')).toMatchObject({ labels: ['a', 'b', 'c'] });
  });
});

async function readGolden(name: string, form: string): Promise<Uint8Array> {
  const golden = JSON.parse(
    await readFile(new URL('../../../test/goldens/tflite-operators.json', import.meta.url), 'utf8'),
  ) as { readonly networks: readonly { name: string; form: string; file: string }[] };
  const network = golden.networks.find((one) => one.name === name && one.form === form);
  return Uint8Array.from(inflateSync(Buffer.from(network?.file ?? '', 'base64')));
}
