import type { NetworkFormat } from '../network-format.ts';
import { importGraphDef } from './import-graphdef.ts';

/** A frozen TensorFlow graph: `.pb`, or a protobuf message that begins with its first field, a node. */
export const graphdefFormat: NetworkFormat = {
  name: 'TensorFlow GraphDef',
  choosesOutput: true,
  named: /\.pb$/i,
  begins: (bytes) => bytes[0] === 0x0a,
  read: (bytes, source, _, options) => importGraphDef(bytes, source, options),
};
