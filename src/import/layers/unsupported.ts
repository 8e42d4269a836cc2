import { RegraftError } from '../../errors.ts';
import type { Draft } from './draft.ts';

/** The error for a layer that cannot be written: `found` completes "<layer> in <file> has …". */
export function unsupportedLayer(draft: Pick<Draft, 'source'>, layer: string, found: string): RegraftError {
  return new RegraftError(
    'OPERATOR_UNSUPPORTED',
    `${layer} in ${draft.source} has ${found}, which Regraft does not import.`,
    { hint: 'Bring the network as ONNX: its own framework can export it.' },
  );
}
