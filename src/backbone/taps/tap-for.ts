import { distance } from 'fastest-levenshtein';
import { RegraftError } from '../../errors.ts';
import type { Model } from '../../onnx/graph.ts';
import type { Shapes } from '../../onnx/passes/pass.ts';
import { channelAxes } from './channel-axis.ts';
import { poolTensor } from './pool-tensor.ts';
import type { FoundTap } from './tap-source.ts';

/**
 * Makes a tap of a tensor that the user names.
 *
 * @param known - Names of the taps that were found, for errors.
 * @throws RegraftError `INVALID_OPTION` when the network has no such tensor, with the nearest names, or when its shape cannot be pooled.
 */
export function tapFor(
  tensor: string,
  model: Model,
  shapes: Shapes,
  known: readonly string[] = [],
): FoundTap {
  const channelAxis = channelAxes(model, shapes);
  const names = model.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  if (!names.includes(tensor)) {
    const nearest = nearestNames(tensor, names);
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected a tensor of ${model.graph.name} for tap but received "${tensor}".`,
      hintOf(known, nearest),
    );
  }
  const tap = poolTensor(tensor, tensor, shapes, channelAxis);
  if (tap !== undefined) return tap;
  const facts = shapes.get(tensor);
  const found =
    facts === undefined ? 'a shape that cannot be told' : `${facts.type} [${facts.dims.join(', ')}]`;
  const usable = names.filter((name) => poolTensor(name, name, shapes, channelAxis) !== undefined);
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected real numbers of two to four axes with a known number of channels for tap "${tensor}" but found ${found} in ${model.graph.name}.`,
    { hint: `The nearest names that can be taps: ${nearestNames(tensor, usable).join(', ')}.` },
  );
}

function hintOf(known: readonly string[], nearest: readonly string[]): { hint?: string } {
  const hint = [
    ...(known.length === 0 ? [] : [`Its taps: ${known.join(', ')}.`]),
    ...(nearest.length === 0 ? [] : [`The nearest names: ${nearest.join(', ')}.`]),
  ].join(' ');
  return hint === '' ? {} : { hint };
}

function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  const lower = wanted.toLowerCase();
  return names
    .map((name) => ({
      name,
      edits: name.toLowerCase().includes(lower) ? 0 : distance(lower, name.toLowerCase()),
    }))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 5)
    .map(({ name }) => name);
}
