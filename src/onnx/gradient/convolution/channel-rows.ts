import type { GradientDraft } from '../gradient-draft.ts';
import { reshape } from '../reshape.ts';

/** Puts the channels of pictures `[N, channels, …]` in front: `[channels, N, …]`. */
export function channelsFirst(draft: GradientDraft, pictures: string, spatialAxes: number): string {
  const perm = [1, 0, ...Array.from({ length: spatialAxes }, (_, axis) => axis + 2)];
  return draft.step('Transpose', [pictures], { perm: { ints: perm } });
}

/** Lays out each channel of `[channels, N, …]` as one row: `[channels, N · places]`, with groups `[groups, channels / groups, N · places]`. */
export function channelRows(draft: GradientDraft, pictures: string, channels: number, groups = 1): string {
  return reshape(draft, pictures, groups === 1 ? [channels, ''] : [groups, channels / groups, '']);
}
