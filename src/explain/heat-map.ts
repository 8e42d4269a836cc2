import { betweenPlaces, mixPlaces } from '../image/between-places.ts';
import type { Tensor } from '../onnx/graph.ts';
import type { SpatialTensor } from './spatial-tensor.ts';

/** How much each place of a network's input speaks for a class, row by row from the top left, `[height × width]`. */
export interface HeatMap {
  readonly width: number;
  readonly height: number;
  /** Their mean is what the map's taps add to the class's calibrated logit; below 0 speaks against it. */
  readonly values: Float32Array;
}

/**
 * Makes a heat map of the shares that a map graph gives.
 *
 * @param map - `[views, …places]`, the first view being the whole photo.
 */
export function heatMapOf(map: Tensor, { grid, prefix }: Pick<SpatialTensor, 'grid' | 'prefix'>): HeatMap {
  const [views = 1] = map.dims;
  const places = grid.width * grid.height;
  // Features are averaged over the views, so each of them has its share only.
  const factor = places * views;
  const values = Float32Array.from(
    { length: places },
    (_, place) => Number(map.data[prefix + place]) * factor,
  );
  return { ...grid, values };
}

/** Adds heat maps; coarser ones are enlarged to the size of the finest, and keep their mean. */
export function addHeatMaps(maps: readonly HeatMap[]): HeatMap {
  const [first, ...others] = maps.toSorted((a, b) => b.width * b.height - a.width * a.height);
  if (first === undefined) throw new Error('Expected a heat map at least');
  const values = first.values.slice();
  for (const other of others) {
    const enlarged = enlarge(other, first);
    for (let place = 0; place < values.length; place++) values[place]! += enlarged[place]!;
  }
  return { ...first, values };
}

function enlarge(map: HeatMap, { width, height }: HeatMap): Float32Array {
  if (map.width === width && map.height === height) return map.values;
  const enlarged = Float32Array.from({ length: width * height }, (_, place) => {
    const column = betweenPlaces((((place % width) + 0.5) / width) * map.width, map.width);
    const row = betweenPlaces(((Math.floor(place / width) + 0.5) / height) * map.height, map.height);
    const above = mixPlaces(map.values, row.first * map.width, column);
    return above + (mixPlaces(map.values, row.second * map.width, column) - above) * row.share;
  });
  const lost = mean(map.values) - mean(enlarged);
  return enlarged.map((value) => value + lost);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
