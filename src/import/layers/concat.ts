import type { Tensor } from '../../onnx/graph.ts';
import { addConstant, type Dim, type Draft, emit, type Value } from './draft.ts';
import { isTensor, type Operand } from './elementwise.ts';
import { channelsFirst, permute, storedAxis } from './layout.ts';
import { inOrder } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/**
 * Joins values, and constants among them, along an axis (negative ones count from the end).
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` along the batch, or when ranks differ.
 */
export function concatenate(draft: Draft, name: string, parts: readonly Operand[], axis: number): Value {
  const shapes = parts.map((part): readonly Dim[] => (isTensor(part) ? part.dims : part.shape));
  const rank = shapes[0]?.length ?? 0;
  const at = axis < 0 ? axis + rank : axis;
  const lengths = shapes.map((shape) => shape[at]);
  if (at <= 0 || at >= rank || shapes.some((shape) => shape.length !== rank) || lengths.includes('N')) {
    throw unsupportedLayer(
      draft,
      name,
      `parts ${shapes.map((shape) => `[${shape.join(', ')}]`).join(', ')} along axis ${axis}`,
    );
  }
  const total = (lengths as number[]).reduce((sum, length) => sum + length, 0);
  const names = parts.map((part, index) =>
    isTensor(part) ? addConstant(draft, `${name}#part${index}`, stored(part)) : inOrder(draft, part).name,
  );
  const batch = shapes.find((_, index) => !isTensor(parts[index]!)) ?? shapes[0] ?? [];
  const shape = batch.map((dim, index) => (index === at ? total : dim));
  return emit(draft, 'Concat', names, { name, shape }, { axis: { int: storedAxis(at, rank) } });
}

function stored(tensor: Tensor): Tensor {
  return tensor.dims.length === 4 ? permute(tensor, channelsFirst) : tensor;
}
