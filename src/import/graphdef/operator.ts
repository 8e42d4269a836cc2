import type { RegraftError } from '../../errors.ts';
import type { Tensor } from '../../onnx/graph.ts';
import type { Dim, Draft, Value } from '../layers/draft.ts';
import { unsupportedLayer } from '../layers/unsupported.ts';
import type { Attributes } from './attributes.ts';
import type { Constant } from './constant.ts';
import type { Photo } from './photo.ts';

/** A tensor of the graph while it is imported. */
export type Operand = Value | Constant | Photo;

/** What all nodes of an import share. */
export interface ImportContext {
  readonly draft: Draft;
  /** The size `[height, width]` that the caller asks for where the graph leaves it open. */
  readonly size?: readonly [number, number] | undefined;
  /** Makes the photo the network's input. */
  readonly takePhoto: (photo: Photo) => Value;
  /** Counts numbers that are made besides those in the file. @throws RegraftError `OPERATOR_UNSUPPORTED` when they are too many. */
  readonly spend: (count: number) => void;
}

/** A node that is imported, with what its inputs have become. */
export interface Operator {
  /** The node's name, which its first result takes. */
  readonly name: string;
  readonly op: string;
  readonly attributes: Attributes;
  readonly inputs: readonly Operand[];
  readonly draft: Draft;
  readonly context: ImportContext;
}

/** Turns an operator into its result or, where it has several, its results. */
export type OperatorImporter = (operator: Operator) => Operand | readonly Operand[];

/** The error for an operator that cannot be written: `found` completes "<node> in <file> has …". */
export function unsupported({ draft, name }: Operator, found: string): RegraftError {
  return unsupportedLayer(draft, name, found);
}

/** Whether an operand is known while importing. */
export function isConstant(operand: Operand | undefined): operand is Constant {
  return operand !== undefined && 'kind' in operand && operand.kind === 'constant';
}

/** Whether an operand is the photo before the network's first layer. */
export function isPhoto(operand: Operand | undefined): operand is Photo {
  return operand !== undefined && 'kind' in operand && operand.kind === 'photo';
}

/** The input at an index, negative ones from the end. */
export function inputAt(operator: Operator, index: number): Operand {
  const operand = operator.inputs.at(index);
  if (operand === undefined) throw unsupported(operator, `${operator.inputs.length} inputs, too few`);
  return operand;
}

/** An input that is computed from the photo. */
export function valueAt(operator: Operator, index: number): Value {
  const operand = inputAt(operator, index);
  if (isPhoto(operand)) return operator.context.takePhoto(operand);
  if (isConstant(operand)) throw unsupported(operator, `a constant as its input ${index}`);
  return operand;
}

/** An input that does not depend on the photo. */
export function constantAt(operator: Operator, index: number): Constant {
  const operand = inputAt(operator, index);
  if (!isConstant(operand)) throw unsupported(operator, `an input ${index} that depends on the photo`);
  return operand;
}

/** A constant input of floating-point numbers. */
export function tensorAt(operator: Operator, index: number): Tensor {
  const { type, dims, values } = constantAt(operator, index);
  if (!(values instanceof Float32Array) || values.length === 0) {
    throw unsupported(
      operator,
      `a constant of type ${type} with ${values.length} values as its input ${index}`,
    );
  }
  return { type: 'float32', dims, data: values };
}

/** A constant input as a list of floating-point numbers. */
export function floatsAt(operator: Operator, index: number): Float32Array {
  return tensorAt(operator, index).data as Float32Array;
}

/** A constant input as a list of lengths, the batch's symbol among them. */
export function dimsAt(operator: Operator, index: number): readonly Dim[] {
  const { type, values } = constantAt(operator, index);
  if (type !== 'int') throw unsupported(operator, `a constant of type ${type} as its input ${index}`);
  return values as readonly Dim[];
}

/** A constant input as a list of integers. */
export function intsAt(operator: Operator, index: number): readonly number[] {
  const dims = dimsAt(operator, index);
  if (dims.includes('N')) throw unsupported(operator, 'a setting that depends on the size of the batch');
  return dims as readonly number[];
}
