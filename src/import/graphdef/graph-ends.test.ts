import { describe, expect, it } from 'vitest';
import { importGraphDef } from './import-graphdef.ts';
import {
  attribute,
  buildGraphDef,
  floats,
  ints,
  type NodeDraft,
  placeholder,
} from './testing/build-graphdef.ts';
import { refusal } from './testing/refusal.ts';

const input = placeholder('input', [-1, 4, 4, 3]);
const filters = floats('filters', [1, 1, 3, 2], [1, 2, 3, 4, 5, 6]);
const convolution: NodeDraft = {
  name: 'conv',
  op: 'Conv2D',
  input: ['input', 'filters'],
  attr: { strides: attribute.ints([1, 1, 1, 1]), padding: attribute.text('SAME') },
};
const network = [input, filters, convolution];

describe('the input of a graph', () => {
  const open = [placeholder('input', [-1, -1, -1, 3]), filters, convolution];
  const unknown = [
    { name: 'input', op: 'Placeholder', attr: { dtype: attribute.type(1) } },
    filters,
    convolution,
  ];

  it.each([
    ['open', open],
    ['not told at all', unknown],
  ])('is asked for where its size is %s', (_, nodes) => {
    const error = refusal(buildGraphDef(nodes));
    expect(error?.code).toBe('PREPROCESS_UNKNOWN');
    expect(error?.message).toBe(
      'Expected the size of photos in net.pb but its input, node input, takes any.',
    );
    expect(error?.hint).toContain('--input-size');
  });

  it('is as large as the caller says where the graph leaves it open', () => {
    const { model, preprocess } = importGraphDef(buildGraphDef(open), 'net.pb', {
      size: { width: 6, height: 5 },
    });
    expect(model.graph.inputs[0]?.dims).toEqual(['N', 3, 5, 6]);
    expect(preprocess).toEqual({ width: 6, height: 5 });
  });

  it('cannot have another size than the graph says', () => {
    const error = refusal(buildGraphDef(network), { size: { width: 6, height: 4 } });
    expect(error?.code).toBe('INVALID_OPTION');
    expect(error?.message).toContain('Expected photos of 4 × 4 pixels');
    expect(refusal(buildGraphDef(network), { size: { width: 4, height: 4 } })).toBeUndefined();
  });

  it('is resized by the graph itself where it has a node for that', () => {
    const resizing: NodeDraft[] = [
      placeholder('photo', [-1, -1, -1, 3]),
      ints('size', [4, 6]),
      { name: 'input', op: 'ResizeBilinear', input: ['photo', 'size'] },
      filters,
      convolution,
    ];
    const { preprocess } = importGraphDef(buildGraphDef(resizing), 'net.pb');
    expect(preprocess).toEqual({ width: 6, height: 4, resize: 'stretch', crop: 1, kernel: 'bilinear' });
  });
});

describe('the output of a graph', () => {
  const relu = { name: 'left', op: 'Relu', input: ['conv'] };
  const elu = { name: 'right', op: 'Elu', input: ['conv'] };
  const softmax = { name: 'probabilities', op: 'Softmax', input: ['conv'] };

  it('is what no other node reads', () => {
    expect(outputOf([...network, relu])).toBe('left');
  });

  it('is a softmax before all others', () => {
    expect(outputOf([...network, relu, softmax, elu])).toBe('probabilities');
  });

  it('is not a record of the training', () => {
    expect(outputOf([...network, relu, { name: 'log', op: 'HistogramSummary', input: ['left'] }])).toBe(
      'left',
    );
  });

  it('is what the best class is picked from', () => {
    expect(outputOf([...network, softmax, { name: 'best', op: 'ArgMax', input: ['probabilities'] }])).toBe(
      'probabilities',
    );
  });

  it('has to be chosen among several', () => {
    const error = refusal(buildGraphDef([...network, relu, elu]));
    expect(error?.code).toBe('INVALID_OPTION');
    expect(error?.message).toBe('Expected one output in net.pb but found 2: nodes left, right.');
    expect(error?.hint).toBe('Choose one: --network-output left');
    expect(outputOf([...network, relu, elu], 'right:0')).toBe('right');
  });

  it('must be there', () => {
    const error = refusal(buildGraphDef(network), { output: 'comv:0' });
    expect(error?.code).toBe('INVALID_OPTION');
    expect(error?.hint).toBe('The nearest name is conv.');
  });

  it('must be computed from a photo', () => {
    expect(refusal(buildGraphDef(network), { output: 'filters' })?.message).toContain(
      'its output, node filters, is not computed from a photo',
    );
  });
});

function outputOf(nodes: readonly NodeDraft[], output?: string): string | undefined {
  return importGraphDef(buildGraphDef(nodes), 'net.pb', { output }).model.graph.outputs[0]?.name;
}
