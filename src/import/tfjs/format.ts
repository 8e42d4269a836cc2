import { RegraftError } from '../../errors.ts';
import type { NetworkFormat, ReadBeside } from '../network-format.ts';
import { importTfjs } from './import-tfjs.ts';

/** A layers-model of TensorFlow.js: `model.json` with shards beside it, and Teachable Machine's `metadata.json`. */
export const tfjsFormat: NetworkFormat = {
  name: 'TensorFlow.js layers-model',
  named: /\.json$/i,
  begins: (bytes) => bytes[0] === 0x7b,
  read(bytes, source, beside) {
    const metadata = teachableMachineMetadata(beside);
    return importTfjs(
      {
        json: new TextDecoder().decode(bytes),
        read(path) {
          const found = beside(path);
          if (found !== undefined) return found;
          throw new RegraftError(
            'BACKBONE_INVALID',
            `Expected the weights ${path} beside ${source} but found none.`,
            {
              hint: 'Put model.json and all its shards into one folder.',
            },
          );
        },
        ...(metadata === undefined ? {} : { metadata }),
      },
      source,
    );
  },
};

/** Other programs also call a file metadata.json. */
function teachableMachineMetadata(beside: ReadBeside): string | undefined {
  const bytes = beside('metadata.json');
  const text = bytes === undefined ? '' : new TextDecoder().decode(bytes);
  return text.includes('teachablemachine') ? text : undefined;
}
