import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A network that PyTorch exported, and what PyTorch computes with it; test/goldens/onnx-networks.py makes them. */
export interface GoldenNetwork {
  readonly name: string;
  /** How many photos were put in: {@link goldenPixels} of them. */
  readonly count: number;
  readonly size: number;
  /** All outputs, one photo after the other. */
  readonly outputs: readonly number[];
  /** Absent for NCHW. */
  readonly layout?: 'NHWC';
  /** True when PyTorch computed in half precision. */
  readonly half?: boolean;
}

const goldens = new URL('../../../../test/goldens/', import.meta.url);

/** Lists the golden networks. */
export function listGoldenNetworks(): readonly GoldenNetwork[] {
  return JSON.parse(readFileSync(new URL('onnx-networks.json', goldens), 'utf8')) as GoldenNetwork[];
}

/** Reads a file of the golden networks, such as `resnet-classic-9.onnx`. */
export function readGoldenFile(file: string): Uint8Array {
  return gunzipSync(readFileSync(new URL(`onnx-networks/${file}.gz`, goldens)));
}

/** Draws the pixels of the golden networks, NCHW: numbers from −2 to 2, by the formula that the script has too. */
export function goldenPixels(count: number, size: number): Float32Array {
  return Float32Array.from(
    { length: count * 3 * size * size },
    (_, index) => (((index * 7919) % 1009) - 504) / 252,
  );
}

/** Lays out NCHW values as NHWC. */
export function toNhwc(values: Float32Array, count: number, size: number): Float32Array {
  const plane = size * size;
  return Float32Array.from({ length: count * 3 * plane }, (_, index) => {
    const [photo, pixel, channel] = [Math.floor(index / 3 / plane), Math.floor(index / 3) % plane, index % 3];
    return values[(photo * 3 + channel) * plane + pixel] ?? NaN;
  });
}
