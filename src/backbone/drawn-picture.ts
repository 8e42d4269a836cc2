/**
 * Draws a picture for self-tests, uint8 RGB `[height, width, 3]`: a bright disc on a dark ground, both with a slow change of colour.
 * Whole numbers only, so that every machine draws the same.
 */
export function drawPicture(width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  const reach = Math.min(width, height) ** 2;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [right, down] = [2 * column - width, 2 * row - height];
      const isDisc = 4 * (right * right + down * down) < reach;
      const at = (row * width + column) * 3;
      pixels[at] = isDisc ? 230 : Math.floor((60 * row) / height);
      pixels[at + 1] = isDisc ? 160 + Math.floor((60 * column) / width) : 90;
      pixels[at + 2] = isDisc ? 20 : Math.floor((120 * column) / width);
    }
  }
  return pixels;
}
