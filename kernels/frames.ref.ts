/** Stacks of frames: what is right, to the bit. */

/**
 * @param frames [frames][pixels] bytes
 * @param frameNumbers [batch][channels]; one past the last frame or more is a black frame
 * @returns [batch][pixels][channels]: byte * f32(1 / 255), rounded to f32 once
 */
export function framesStackReference(
  frames: Uint8Array,
  frameNumbers: ArrayLike<number>,
  pixels: number,
  channels: number,
): Float32Array {
  const scale = Math.fround(1 / 255);
  const batch = frameNumbers.length / channels;
  const frameCount = frames.length / pixels;
  const output = new Float32Array(batch * pixels * channels);
  for (let b = 0; b < batch; b++) {
    for (let channel = 0; channel < channels; channel++) {
      const frame = frameNumbers[b * channels + channel];
      if (frame >= frameCount) continue;
      // A product of 24 and 8 significant bits is exact in f64; storing it rounds once.
      for (let p = 0; p < pixels; p++)
        output[(b * pixels + p) * channels + channel] = frames[frame * pixels + p] * scale;
    }
  }
  return output;
}
