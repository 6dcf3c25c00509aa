/**
 * Exponential smoothing over x, not over the number of points: what a point weighs falls by e with every `reach` of x behind the newest.
 * Points closer together (games of few steps, a range looked at closely) smooth no less than those far apart, and a curve keeps its
 * shape when it is downsampled otherwise. Debiased: the weights of the points so far are divided out, so the first value stands as it is.
 */

/** The reach of the slider's place (0 to 100), as a share of the whole x axis: 0 to a fifth, finer at the start. */
export function reachOf(slider: number): number {
  return 0.2 * (slider / 100) ** 2;
}

/** `y` smoothed; null where it is null. `x` rises, in any unit; `reach` is in the same. A reach of 0 gives `y` itself. */
export function smoothed(
  x: readonly number[],
  y: readonly (number | null)[],
  reach: number,
): readonly (number | null)[] {
  if (reach <= 0) return y;
  let sum = 0;
  let weight = 0;
  let last = x[0];
  return y.map((value, index) => {
    if (value === null) return null;
    const kept = Math.exp((last - x[index]) / reach);
    last = x[index];
    sum = sum * kept + value;
    weight = weight * kept + 1;
    return sum / weight;
  });
}
