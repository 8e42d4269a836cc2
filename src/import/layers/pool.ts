import { type Draft, emit, type Value } from './draft.ts';
import { pictureShape, placeWindow, type Window } from './window.ts';

/** Writes a pooling; what lies outside the picture counts neither as a maximum nor in an average, as in TensorFlow. */
export function pool(
  draft: Draft,
  name: string,
  op: 'MaxPool' | 'AveragePool',
  input: Value,
  window: Omit<Window, 'dilations'>,
): Value {
  const { pads, height, width } = placeWindow(draft, name, input, { ...window, dilations: [1, 1] });
  const [, , , channels] = pictureShape(draft, name, input);
  return emit(
    draft,
    op,
    [input.name],
    { name, shape: ['N', height, width, channels] },
    { kernel_shape: { ints: window.kernel }, strides: { ints: window.strides }, pads: { ints: pads } },
  );
}
