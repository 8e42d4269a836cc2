import type { GraphNode, ValueInfo } from '../../onnx/graph.ts';
import { intOf, intsOf } from './attribute-values.ts';
import { type Draft, invalidNetwork } from './draft.ts';

/** The image input of a network. */
export interface ImageInput {
  /** With 3 channels; a size is a number, or a string where the file leaves it open. The batch is as in the file. */
  readonly input: ValueInfo;
  readonly layout: 'NCHW' | 'NHWC';
}

/**
 * Finds the one input that takes images: rank 4 with 3 channels in position 1 or 3. Where the file leaves all sizes open, the first
 * convolution tells. Inputs that nothing reads do not count.
 *
 * @throws RegraftError `BACKBONE_INVALID` listing the inputs that the file has.
 */
export function findImage(draft: Draft): ImageInput {
  const read = new Set(draft.nodes.flatMap(({ inputs }) => inputs));
  const inputs = draft.inputs.filter(({ name }) => read.has(name));
  const [input] = inputs;
  const [batch = '', ...sizes] = input?.dims.map(openOr) ?? [];
  if (
    input !== undefined &&
    inputs.length === 1 &&
    sizes.length === 3 &&
    /^(float32|uint8)$/.test(input.type)
  ) {
    const layout = sizes[0] === 3 ? 'NCHW' : sizes[2] === 3 ? 'NHWC' : layoutByConvolution(draft, input.name);
    const channels = layout === 'NCHW' ? 0 : 2;
    if (layout !== undefined && (sizes[channels] === 3 || typeof sizes[channels] === 'string')) {
      return { input: { ...input, dims: [batch, ...sizes.with(channels, 3)] }, layout };
    }
  }
  throw invalidNetwork(
    draft.source,
    'the field graph.input to hold one image, float32 or uint8, [N, 3, height, width] or [N, height, width, 3],',
    inputs
      .map(({ name, type, dims }) => `${name} ${type} [${dims.map((dim) => dim || '?').join(', ')}]`)
      .join(' and ') || 'none',
    'Only networks that look at one RGB image can be used.',
  );
}

/** Some exporters write an open dimension as 0 or −1. */
function openOr(dim: number | string): number | string {
  return typeof dim === 'number' && dim < 1 ? '' : dim;
}

const keepsLayout = /^(Add|Sub|Mul|Div|Cast|Pad|Clip|Neg|Sqrt|Resize)$/;

/** Follows the image to the first convolution that takes 3 channels. */
function layoutByConvolution(draft: Draft, image: string): ImageInput['layout'] | undefined {
  const layouts = new Map<string, ImageInput['layout']>([[image, 'NCHW']]);
  for (const node of draft.nodes) {
    const layout = node.inputs.map((name) => layouts.get(name)).find((found) => found !== undefined);
    if (layout === undefined) continue;
    if (node.op === 'Conv') return takesThreeChannels(node, draft) ? layout : undefined;
    const [output = ''] = node.outputs;
    if (keepsLayout.test(node.op)) layouts.set(output, layout);
    // Only this order makes NCHW of NHWC.
    if (node.op === 'Transpose' && intsOf(node, 'perm')?.join() === '0,3,1,2') layouts.set(output, 'NHWC');
  }
  return undefined;
}

function takesThreeChannels(node: GraphNode, draft: Draft): boolean {
  const weights = draft.initializers.get(node.inputs[1] ?? '');
  return weights?.dims[1] === 3 && (intOf(node, 'group') ?? 1) === 1;
}
