import { adaptNetwork } from '../../src/backbone/adapt-network.ts';
import type { Backbone } from '../../src/backbone/backbone.ts';
import { inceptionV3 } from '../../src/backbone/inception-v3.ts';
import { importTflite } from '../../src/import/tflite/import-tflite.ts';
import type { NumericForm } from '../../src/onnx/numeric-form.ts';

/** The embedded network of its file's bytes, as `loadBackbone` makes it. */
export function importInception(bytes: Uint8Array, form: NumericForm): Backbone {
  return adaptNetwork(
    {
      id: inceptionV3.id,
      sha256: inceptionV3.file.sha256,
      bytes: bytes.length,
      imported: importTflite(bytes, 'network', form),
      format: 'TensorFlow Lite',
      beside: {},
      entry: inceptionV3,
    },
    {},
  );
}
