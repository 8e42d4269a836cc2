import { intsAttribute, isStandard } from '../attributes.ts';
import type { GraphNode, Model } from '../graph.ts';
import { numbersOf } from '../shapes/facts.ts';
import { editGraph, type GraphEdit } from './graph-edit.ts';
import type { Shapes } from './pass.ts';

/** Removes nodes that give their input unchanged: Identity, Dropout, and others whose arguments happen to do nothing. */
export function removeIdentities(model: Model, shapes: Shapes): Model {
  const edit = editGraph(model);
  for (const node of model.graph.nodes) {
    if (isStandard(node) && isIdentity(node, shapes, edit)) bypass(node, edit);
  }
  return edit.finish();
}

function bypass(node: GraphNode, edit: GraphEdit): void {
  const [input = ''] = node.inputs;
  const [output = ''] = node.outputs;
  if (!edit.isOutput(output)) {
    edit.rename(output, input);
    edit.replace(node, []);
    return;
  }
  // An output of the graph keeps its name: what makes the input takes it over, if the input is made here and is no output itself.
  const maker = edit.maker(input);
  if (maker === undefined || edit.isReplaced(maker) || edit.isOutput(input) || edit.isRenamed(input)) return;
  edit.rename(input, output);
  edit.replace(node, []);
}

function isIdentity(node: GraphNode, shapes: Shapes, edit: GraphEdit): boolean {
  const [input = '', second = ''] = node.inputs;
  const facts = shapes.get(input);
  switch (node.op) {
    case 'Identity':
      return true;
    case 'Dropout':
      return (
        isUnused(node.outputs[1], edit) &&
        (node.inputs[2] ? numbersOf(shapes.get(node.inputs[2]))?.[0] === 0 : true)
      );
    case 'Cast':
    case 'CastLike':
      return facts !== undefined && facts.type === shapes.get(node.outputs[0] ?? '')?.type;
    case 'Concat':
    case 'Sum':
    case 'Max':
    case 'Min':
    case 'Mean':
      return node.inputs.length === 1;
    case 'Transpose':
      return intsAttribute(node, 'perm')?.every((axis, at) => axis === at) === true;
    case 'Pad':
      return numbersOf(shapes.get(second))?.every((pad) => pad === 0) === true;
    case 'Slice':
      return keepsShape(node, shapes) && (node.inputs[4] ? isForward(shapes, node.inputs[4]) : true);
    case 'Reshape':
    case 'Flatten':
    case 'Expand':
    case 'Tile':
    case 'Squeeze':
      return keepsShape(node, shapes);
    case 'Split':
      return node.outputs.length === 1;
    default:
      return false;
  }
}

function isForward(shapes: Shapes, steps: string): boolean {
  return numbersOf(shapes.get(steps))?.every((step) => step > 0) === true;
}

function isUnused(output: string | undefined, edit: GraphEdit): boolean {
  return !output || (edit.readers(output).length === 0 && !edit.isOutput(output));
}

function keepsShape(node: GraphNode, shapes: Shapes): boolean {
  const before = shapes.get(node.inputs[0] ?? '')?.dims;
  const after = shapes.get(node.outputs[0] ?? '')?.dims;
  return (
    before !== undefined &&
    before.length === after?.length &&
    before.every((dim, axis) => dim !== '' && dim === after[axis])
  );
}
