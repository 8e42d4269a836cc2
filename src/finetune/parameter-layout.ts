import type { Tensor } from '../onnx/graph.ts';
import type { SharedFloats } from '../runtime/session-pool.ts';
import type { TuningProblem } from './tuning.ts';

/** Where a parameter lies in a vector of all, and how it is trained. */
export interface ParameterSlice {
  readonly name: string;
  readonly dims: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly isDecayed: boolean;
  /** What its learning rate is multiplied by. */
  readonly rateFactor: number;
}

/** The places of all parameters in one vector, in their order and without gaps. */
export interface ParameterLayout {
  readonly slices: readonly ParameterSlice[];
  readonly length: number;
}

/** Gives each parameter its place. */
export function layOutParameters({ parameters, decayed, rateFactors }: TuningProblem): ParameterLayout {
  let length = 0;
  const slices = [...parameters].map(([name, { type, dims, data }]) => {
    if (type !== 'float32') throw new TypeError(`Expected a float32 parameter but ${name} is ${type}`);
    const from = length;
    length += data.length;
    return {
      name,
      dims,
      from,
      to: length,
      isDecayed: decayed.has(name),
      rateFactor: rateFactors?.get(name) ?? 1,
    };
  });
  return { slices, length };
}

/** A vector that all threads see. */
export function shareVector(length: number): SharedFloats {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}

/** Writes tensors into a vector of all parameters. */
export function packParameters(
  parameters: ReadonlyMap<string, Tensor>,
  { slices }: ParameterLayout,
  vector: Float32Array,
): void {
  for (const { name, from } of slices) vector.set(parameters.get(name)?.data as Float32Array, from);
}

/** Gives the parameters of a vector as tensors of their own. */
export function unpackParameters(
  vector: Float32Array,
  { slices }: ParameterLayout,
): ReadonlyMap<string, Tensor> {
  return new Map(
    slices.map(({ name, dims, from, to }) => [
      name,
      { type: 'float32', dims, data: Float32Array.from(vector.subarray(from, to)) },
    ]),
  );
}
