/** Enlarges pictures of the console by whole factors, pixel for pixel. */

/** Each pixel of `source` (rows of `width`) as `pixelWidth` x `pixelHeight` pixels of `target`. */
export function enlarge(
  source: Uint8Array,
  width: number,
  pixelWidth: number,
  pixelHeight: number,
  target: Uint8Array,
): void {
  const targetWidth = width * pixelWidth;
  for (let row = 0; row * width < source.length; row++) {
    const start = row * pixelHeight * targetWidth;
    for (let x = 0; x < width; x++) {
      target.fill(source[row * width + x], start + x * pixelWidth, start + (x + 1) * pixelWidth);
    }
    for (let copy = 1; copy < pixelHeight; copy++) {
      target.copyWithin(start + copy * targetWidth, start, start + targetWidth);
    }
  }
}
