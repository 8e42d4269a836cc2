/** What lies over a pixel of a photo: red, green and blue, 0 to 255, and how much of it, 0 to 1. */
export type HeatColour = readonly [red: number, green: number, blue: number, opacity: number];

/** From cold to hot: lighter and lighter, so that the order shows without seeing colours, by way of hues that all eyes tell apart. */
const stops: readonly (readonly [number, number, number])[] = [
  [40, 20, 90],
  [150, 30, 110],
  [230, 90, 50],
  [255, 180, 40],
  [255, 245, 180],
];

/** The most that heat covers of the photo below. */
const mostOpacity = 0.72;

/**
 * Gives the colour of a heat: nothing at 0, then from dark violet by red and orange to pale yellow.
 *
 * @param heat - From 0 or below, for nothing, to 1 for the hottest place.
 */
export function heatColour(heat: number): HeatColour {
  const share = Math.min(1, Math.max(0, heat));
  const place = share * (stops.length - 1);
  const first = Math.min(stops.length - 2, Math.floor(place));
  const [from = [0, 0, 0], to = [0, 0, 0]] = stops.slice(first, first + 2);
  const mix = (channel: 0 | 1 | 2): number => from[channel] + (to[channel] - from[channel]) * (place - first);
  // Cold places stay clear, and half the heat covers most already.
  return [mix(0), mix(1), mix(2), mostOpacity * Math.min(1, share * 2)];
}
