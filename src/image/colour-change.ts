/** How the colours of a photo are changed: each pixel becomes `matrix · (red, green, blue) + offset`, in levels. */
export interface ColourChange {
  readonly matrix: ColourMatrix;
  readonly offset: number;
}

/** Rows for red, green and blue. */
export type ColourMatrix = readonly [Row, Row, Row];
type Row = readonly [number, number, number];

/** What is to be changed; 1, 1, 1 and 0 leave colours as they are. */
export interface ColourFactors {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Turns the hues, in radians. */
  readonly hue: number;
}

/**
 * Gives the change that brightness, contrast, saturation and hue make, one after the other. The first three blend as torchvision's
 * `adjust_brightness`, `adjust_contrast` and `adjust_saturation` do: with black, with the photo's mean grey, with each pixel's own grey.
 * Greys and the turn of hues are those of `saturate` and `hueRotate` in the W3C's Filter Effects Module.
 *
 * @param meanGrey - Of the photo, in levels: see {@link meanGreyOf}.
 */
export function colourChange(
  { brightness, contrast, saturation, hue }: ColourFactors,
  meanGrey: number,
): ColourChange {
  const factor = brightness * contrast;
  return {
    matrix: mapMatrix((row, column) => factor * product(turnHue(hue), saturate(saturation), row, column)),
    // Saturation and hue leave greys as they are, so the share of the mean grey is the same after them.
    offset: (1 - contrast) * brightness * meanGrey,
  };
}

/** The mean grey of pixels, uint8 `[…, 3]`, in levels. */
export function meanGreyOf(pixels: Uint8Array): number {
  let [red, green, blue] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 3) {
    red += pixels[at]!;
    green += pixels[at + 1]!;
    blue += pixels[at + 2]!;
  }
  return (red * luminance[0] + green * luminance[1] + blue * luminance[2]) / (pixels.length / 3);
}

const luminance: Row = [0.213, 0.715, 0.072];

function saturate(factor: number): ColourMatrix {
  return mapMatrix((row, column) => (1 - factor) * luminance[column] + (row === column ? factor : 0));
}

// The parts that the specification multiplies by the sine of the angle.
const sines: ColourMatrix = [
  [-0.213, -0.715, 0.928],
  [0.143, 0.14, -0.283],
  [-0.787, 0.715, 0.072],
];

function turnHue(angle: number): ColourMatrix {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return mapMatrix(
    (row, column) =>
      luminance[column] + cosine * ((row === column ? 1 : 0) - luminance[column]) + sine * sines[row][column],
  );
}

type Index = 0 | 1 | 2;

function mapMatrix(value: (row: Index, column: Index) => number): ColourMatrix {
  const rowOf = (row: Index): Row => [value(row, 0), value(row, 1), value(row, 2)];
  return [rowOf(0), rowOf(1), rowOf(2)];
}

function product(a: ColourMatrix, b: ColourMatrix, row: Index, column: Index): number {
  return a[row][0] * b[0][column] + a[row][1] * b[1][column] + a[row][2] * b[2][column];
}
