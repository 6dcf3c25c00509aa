/** Means and maxima of magnitudes in f64: what is right. */

/** ranges [ranges][first, count] -> [ranges][mean, maximum]. */
export function magnitudesReference(values: ArrayLike<number>, ranges: ArrayLike<number>): Float64Array {
  const output = new Float64Array(ranges.length);
  for (let at = 0; at < ranges.length; at += 2) {
    const [first, count] = [ranges[at], ranges[at + 1]];
    for (let i = first; i < first + count; i++) {
      output[at] += Math.abs(values[i]) / count;
      output[at + 1] = Math.max(output[at + 1], Math.abs(values[i]));
    }
  }
  return output;
}
