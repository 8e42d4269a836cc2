import type { Shapes } from '../../onnx/passes/pass.ts';
import type { ChannelAxis } from './channel-axis.ts';
import type { FoundTap } from './tap-source.ts';

/** Makes a tap of a tensor: its mean over all axes but the first and that of the channels. Undefined when its shape does not allow that. */
export function poolTensor(
  name: string,
  tensor: string,
  shapes: Shapes,
  channelAxis: ChannelAxis,
): FoundTap | undefined {
  const facts = shapes.get(tensor);
  const channels = channelAxis(tensor);
  const size = channels === undefined ? undefined : facts?.dims[channels];
  if (facts === undefined || typeof size !== 'number' || size === 0) return undefined;
  const axes = facts.dims.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== channels);
  return { name, size, tensor, axes, dims: facts.dims };
}
