import { elementTypeNumbers } from '../../onnx/element-types.ts';
import type { Attribute, ElementType, GraphNode, Tensor } from '../../onnx/graph.ts';
import { halfValues } from '../../onnx/half-floats.ts';
import type { Draft } from './draft.ts';

/**
 * Makes every float16 tensor float32, as the kernels of a CPU are: constants, inputs, outputs and casts. float64 becomes float32 too when the
 * network's input has it; else it only takes part in small arithmetic on shapes, which needs its precision.
 */
export function widenFloats(draft: Draft): void {
  const types = new Set<ElementType>(['float16']);
  if (draft.inputs.some(({ type }) => type === 'float64')) types.add('float64');
  for (const [name, tensor] of draft.initializers) {
    if (types.has(tensor.type)) draft.initializers.set(name, toFloat32(tensor));
  }
  const widen = <T extends { readonly type: ElementType }>(value: T): T =>
    types.has(value.type) ? { ...value, type: 'float32' } : value;
  draft.inputs = draft.inputs.map(widen);
  draft.outputs = draft.outputs.map(widen);
  const numbers = new Set([...types].map((type) => elementTypeNumbers[type]));
  draft.nodes = draft.nodes.map((node) => widenNode(node, types, numbers));
  foldCasts(draft);
}

/** Attributes that hold the number of an element type. */
const typeAttributes = new Set(['to', 'dtype', 'output_dtype']);

function widenNode(
  node: GraphNode,
  types: ReadonlySet<ElementType>,
  numbers: ReadonlySet<number>,
): GraphNode {
  const widen = (name: string, value: Attribute): Attribute => {
    if ('int' in value && typeAttributes.has(name) && numbers.has(value.int)) {
      return { int: elementTypeNumbers.float32 };
    }
    return 'tensor' in value && types.has(value.tensor.type) ? { tensor: toFloat32(value.tensor) } : value;
  };
  const attributes = Object.entries(node.attributes).map(([name, value]) => [name, widen(name, value)]);
  return { ...node, attributes: Object.fromEntries(attributes) as GraphNode['attributes'] };
}

/** Exporters of older versions keep Python's numbers as float64 constants that a Cast makes float32: then the constant may be so itself. */
function foldCasts(draft: Draft): void {
  const isFolded = (node: GraphNode): boolean => {
    const { to } = node.attributes;
    const tensor = draft.initializers.get(node.inputs[0] ?? '');
    const [output] = node.outputs;
    if (node.op !== 'Cast' || node.domain !== undefined || tensor === undefined || !output) return false;
    if (to === undefined || !('int' in to) || to.int !== elementTypeNumbers.float32) return false;
    if (tensor.type !== 'float64' && tensor.type !== 'float32') return false;
    draft.initializers.set(output, tensor.type === 'float64' ? toFloat32(tensor) : tensor);
    return true;
  };
  draft.nodes = draft.nodes.filter((node) => !isFolded(node));
}

function toFloat32(tensor: Tensor): Tensor {
  const { data, dims } = tensor;
  if (data instanceof Float64Array) return { type: 'float32', dims, data: Float32Array.from(data) };
  const table = halfValues();
  const values = new Float32Array(data.length);
  for (let index = 0; index < values.length; index++) values[index] = table[Number(data[index])] ?? 0;
  return { type: 'float32', dims, data: values };
}
