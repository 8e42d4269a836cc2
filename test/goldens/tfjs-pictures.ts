/** The pictures on which the goldens of TensorFlow.js networks were computed: whole numbers alone, so that every language draws the same. */
export function drawTfjsPictures(count: number, numbersEach: number): Float32Array {
  return Float32Array.from(
    { length: count * numbersEach },
    (_, index) => (((index + 1) * 7919) % 1009) / 504.5 - 1,
  );
}
