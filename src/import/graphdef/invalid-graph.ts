import { RegraftError } from '../../errors.ts';

/** The error for a frozen graph that cannot be read: `reason` completes "Expected a TensorFlow frozen graph in <file>, but …". */
export function invalidGraph(source: string, reason: string, cause?: unknown): RegraftError {
  return new RegraftError(
    'BACKBONE_INVALID',
    `Expected a TensorFlow frozen graph in ${source}, but ${reason}.`,
    { hint: 'The file may be damaged or of another kind: fetch it again.', cause },
  );
}
