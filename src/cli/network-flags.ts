import type { Command } from 'commander';
import type { NetworkOptions } from '../backbone/network-options.ts';
import { choiceOption, listOption } from './option-values.ts';

/** Parsed flags of {@link addNetworkFlags}. */
export interface NetworkFlags extends Omit<NetworkOptions, 'taps'> {
  readonly taps?: string[];
  readonly tap?: string[];
}

/** Adds the flags that choose a network and say how photos are prepared for it. */
export function addNetworkFlags(command: Command, which: 'all' | 'preparation' = 'all'): void {
  command.optionsGroup('Network:');
  if (which === 'all') {
    command.option(
      '--backbone <network>',
      'an id of `regraft backbones`, a file, a folder, or a source such as hf:<owner>/<name>#<path> (default: inception-v3)',
    );
  }
  command
    .option(
      '--form <form>',
      'numbers it computes in: uint8 or float32 (default: those of its file)',
      choiceOption('--form', ['uint8', 'float32']),
    )
    .option(
      '--input-size <size>',
      'side of its input in pixels, or <width>x<height>, where its file leaves it open',
    )
    .option(
      '--scaling <name>',
      'how pixels become its input: imagenet, inception, unit, caffe, pixels, or <mean>/<std> in levels of 0 to 255; bgr: before it reverses the channels',
    )
    .option('--resize <how>', 'how photos are fitted: stretch, crop, or crop:<share> (default: stretch)')
    .option(
      '--kernel <filter>',
      'filter that scales photos: bilinear or bicubic (default: bilinear)',
      choiceOption('--kernel', ['bilinear', 'bicubic']),
    )
    .option('--network-output <tensor>', 'the tensor it ends with, where its file has several ends');
  if (which === 'preparation') return;
  command
    .option(
      '--taps <names>',
      'layers whose values are joined, comma-separated, or auto: those that do best (default: auto)',
      listOption,
    )
    .option(
      '--tap <name>',
      'one such layer, a found tap or any tensor of the network; may be given several times',
      (name: string, before: string[] | undefined) => [...(before ?? []), name],
    );
}

/** The options among flags, with both ways to name taps joined. */
export function readNetworkFlags(flags: NetworkFlags): NetworkOptions {
  const taps = [...(isAuto(flags.taps) ? [] : (flags.taps ?? [])), ...(flags.tap ?? [])];
  return {
    ...readPreparationFlags(flags),
    backbone: flags.backbone,
    ...(taps.length === 0 ? {} : { taps }),
  };
}

function isAuto(taps: readonly string[] | undefined): boolean {
  return taps?.length === 1 && taps[0] === 'auto';
}

/** The options among flags that say how a network is opened and how photos are prepared for it. */
export function readPreparationFlags(flags: NetworkFlags): Omit<NetworkOptions, 'backbone' | 'taps'> {
  const { form, inputSize, scaling, resize, kernel, networkOutput } = flags;
  return { form, inputSize, scaling, resize, kernel, networkOutput };
}
