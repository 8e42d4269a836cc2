import { intAttribute } from '../attributes.ts';
import { floats } from '../build.ts';
import { elementTypeNumbers } from '../element-types.ts';
import type { GraphNode } from '../graph.ts';
import { wrapAxis } from '../shapes/facts.ts';
import type { OpsetRule } from './opset-draft.ts';

/** Scales along an axis came with set 13: before, `(levels − zeros) × scales` is written out. */
export const lowerDequantise: OpsetRule = (node, draft) => {
  const [levels = '', scales = '', zeros = ''] = node.inputs;
  const scale = draft.constants.get(scales);
  const zero = draft.constants.get(zeros);
  if (scale === undefined) throw draft.cannot(node, 'its scale must be constant');
  if (scale.data.length === 1) {
    const attributes = Object.entries(node.attributes).filter(([key]) => key !== 'axis');
    return [{ ...node, attributes: Object.fromEntries(attributes) }];
  }
  if (zeros !== '' && zero === undefined) throw draft.cannot(node, 'its zero points must be constant');
  const rank = draft.rank(node, levels);
  const axis = wrapAxis(intAttribute(node, 'axis', 1), rank);
  const along = Array.from({ length: rank }, (_, index) => (index === axis ? scale.data.length : 1));
  const vector = (wanted: string, values: Iterable<number | bigint>): string =>
    draft.addConstant(wanted, floats(along, Float32Array.from(values, Number)));

  const real = draft.step(node, 'Cast', [levels], { to: { int: elementTypeNumbers.float32 } });
  const steps: GraphNode[] = [real];
  let current = real.result;
  const shifts = zero !== undefined && zero.data.some((value) => Number(value) !== 0);
  if (shifts) {
    const shifted = draft.step(node, 'Sub', [current, vector(`${zeros}/real`, zero.data)]);
    steps.push(shifted);
    current = shifted.result;
  }
  const scaled = draft.step(
    node,
    'Mul',
    [current, vector(`${scales}/along`, scale.data)],
    {},
    node.outputs[0],
  );
  return [...steps, scaled];
};
