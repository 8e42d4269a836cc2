import { floats } from '../../onnx/build.ts';
import type { GraphNode } from '../../onnx/graph.ts';
import { inputOf, intOf, intsOf, numbersOf, stringOf, withInputs, without } from './attribute-values.ts';
import { type ConversionContext, refuse, replacement } from './conversion.ts';
import { addConstant } from './draft.ts';

/** Writes a Resize of operator set 18 in the form before it: without antialias, sizes and scales of all axes. */
export function resizeFrom18(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  if (intOf(node, 'antialias')) return refuse(node, context, 'it has antialias');
  if ((stringOf(node, 'keep_aspect_ratio_policy') ?? 'stretch') !== 'stretch') {
    return refuse(node, context, 'it keeps the aspect ratio');
  }
  const plain = without(node, 'antialias', 'keep_aspect_ratio_policy', 'axes');
  const axes = intsOf(node, 'axes');
  return axes === undefined ? [plain] : resizeAllAxes(plain, axes, context);
}

/** Writes a Resize of operator set 19 in the form of 18. */
export function resizeFrom19(node: GraphNode, context: ConversionContext): readonly GraphNode[] {
  const mode = stringOf(node, 'coordinate_transformation_mode');
  return mode === 'half_pixel_symmetric' ? refuse(node, context, `its coordinates are ${mode}`) : [node];
}

function resizeAllAxes(
  node: GraphNode,
  axes: readonly number[],
  context: ConversionContext,
): readonly GraphNode[] {
  const { draft, ranks } = context;
  const input = node.inputs[0] ?? '';
  const rank = ranks.get(input);
  const places = axes.map((axis) => (axis < 0 ? axis + (rank ?? 0) : axis));
  const first = (rank ?? 0) - axes.length;
  // As image networks have them: the spatial axes, which are the last ones, in order.
  if (rank === undefined || first < 1 || places.some((place, index) => place !== first + index)) {
    return refuse(node, context, 'its axes are not the last ones');
  }
  if (inputOf(node, 1) !== undefined) return refuse(node, context, 'it has a region of interest');
  const sizes = inputOf(node, 3);
  if (sizes !== undefined) {
    const chain = replacement(node, context);
    const shape = chain.add('Shape', [input], { start: { int: 0 }, end: { int: first } });
    const all = chain.add('Concat', [shape, sizes], { axis: { int: 0 } });
    return chain.end('Resize', [input, '', '', all], node.attributes);
  }
  const scales = draft.initializers.get(inputOf(node, 2) ?? '');
  if (scales === undefined) return refuse(node, context, 'its scales are not constant');
  const values = [...new Array<number>(first).fill(1), ...numbersOf(scales)];
  const name = addConstant(draft, `${node.outputs[0] ?? ''}/scales`, floats([values.length], values));
  return [withInputs(node, [input, undefined, name])];
}
