import { RegraftError } from '../../../errors.ts';
import { type GraphDefOptions, importGraphDef } from '../import-graphdef.ts';

/** The error of importing bytes, undefined when they can be imported. Unexpected errors are thrown on. */
export function refusal(bytes: Uint8Array, options: GraphDefOptions = {}): RegraftError | undefined {
  try {
    importGraphDef(bytes, 'net.pb', options);
    return undefined;
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
}
