/** Shifted frames: what is right, to the bit. */

/** frames [frames][height][width] -> the same, moved down and right by `by` pixels. */
export function framesShiftReference(frames: Uint8Array, height: number, width: number, by: number): Uint8Array {
  const output = new Uint8Array(frames.length);
  for (let first = 0; first < frames.length; first += height * width) {
    for (let y = by; y < height; y++) {
      for (let x = by; x < width; x++) output[first + y * width + x] = frames[first + (y - by) * width + (x - by)];
    }
  }
  return output;
}
