import { elementCount, int64s } from '../../onnx/build.ts';
import { addConstant, type Dim, type Draft, emit, type Value } from './draft.ts';
import { channelsFirst, channelsLast } from './layout.ts';
import { unsupportedLayer } from './unsupported.ts';

/**
 * Writes a change of shape that keeps the batch. A picture that is flattened is not transposed: the layer that reads it arranges its
 * weights instead.
 *
 * @param shape - The new shape; one axis may be −1, the first is the batch (`N`, −1, or a fixed size).
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the batch would mix with other axes.
 */
export function reshape(draft: Draft, name: string, input: Value, shape: readonly Dim[]): Value {
  const target = resolveShape(draft, name, input, shape);
  const [height = 1, width = 1, channels = 1] = target.slice(1) as number[];
  const size = pictureOf(input);
  if (size !== undefined && target.length === 2) {
    const flat = emitReshape(draft, name, input.name, target);
    return size[0] * size[1] === 1 || size[2] === 1 ? flat : { ...flat, picture: size };
  }
  const plain = plainName(draft, input);
  if (target.length !== 4) return emitReshape(draft, name, plain, target);
  if (height * width === 1 || channels === 1) {
    return { ...emitReshape(draft, name, plain, ['N', channels, height, width]), shape: target };
  }
  const last = emitReshape(draft, `${name}#last`, plain, target);
  return emit(draft, 'Transpose', [last.name], { name, shape: target }, { perm: { ints: channelsFirst } });
}

/** Gives a value whose numbers lie in the order of its shape: a flattened picture is brought into TensorFlow's order. */
export function inOrder(draft: Draft, value: Value): Value {
  return value.picture === undefined ? value : { name: plainName(draft, value), shape: value.shape };
}

/** The name of a tensor with the value's numbers in TensorFlow's order, whatever shape it is stored in. */
function plainName(draft: Draft, value: Value): string {
  const size = pictureOf(value);
  if (size === undefined || size[0] * size[1] === 1 || size[2] === 1) return value.name;
  const name = `${value.name}#channels_last`;
  if (draft.taken.has(name)) return name;
  const [height, width, channels] = size;
  const picture =
    value.picture === undefined
      ? value.name
      : emitReshape(draft, `${value.name}#picture`, value.name, ['N', channels, height, width]).name;
  const last = value.picture === undefined ? name : `${value.name}#transposed`;
  const shape: Dim[] = ['N', height, width, channels];
  emit(draft, 'Transpose', [picture], { name: last, shape }, { perm: { ints: channelsLast } });
  if (value.picture !== undefined) emitReshape(draft, name, last, value.shape);
  return name;
}

function pictureOf({ shape, picture }: Value): readonly [number, number, number] | undefined {
  if (picture !== undefined) return picture;
  return shape.length === 4 ? (shape.slice(1) as [number, number, number]) : undefined;
}

function emitReshape(draft: Draft, name: string, input: string, shape: readonly Dim[]): Value {
  // −1 for the batch: a 0 would copy the first axis, which is right as well, but −1 survives a batch of zero in every runtime.
  const dims = addConstant(draft, `${name}#shape`, int64s(shape.map((dim) => (dim === 'N' ? -1 : dim))));
  return emit(draft, 'Reshape', [input, dims], { name, shape });
}

function resolveShape(draft: Draft, name: string, input: Value, shape: readonly Dim[]): Dim[] {
  const count = elementCount(input.shape.slice(1) as number[]);
  const [batch, ...rest] = shape;
  const known = elementCount((rest as number[]).filter((dim) => dim !== -1));
  const open = rest.filter((dim) => dim === -1).length;
  const target = rest.map((dim) => (dim === -1 ? count / known : (dim as number)));
  const fits =
    batch !== undefined &&
    input.shape[0] === 'N' &&
    !rest.includes('N') &&
    open <= 1 &&
    target.every((dim) => Number.isInteger(dim) && dim > 0) &&
    elementCount(target) === count;
  if (fits) return ['N', ...target];
  throw unsupportedLayer(draft, name, `a reshape from [${input.shape.join(', ')}] to [${shape.join(', ')}]`);
}
