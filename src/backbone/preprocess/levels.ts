/**
 * Turns values for red, green and blue of photos from 0 to 1 into levels of 0 to 255.
 *
 * @param unit - The length of a level.
 */
export function levels(
  values: readonly [number, number, number],
  unit: number = 1 / 255,
): [number, number, number] {
  const [red, green, blue] = values;
  // 0.485 · 255 is 123.67499999999998: rounded, networks of one scaling have one variant however it was written.
  const level = (value: number): number => Number((value / unit).toPrecision(12));
  return [level(red), level(green), level(blue)];
}
