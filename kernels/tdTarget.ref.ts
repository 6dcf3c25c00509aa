/** The TD target in f64: what is right. */

/** reward + discount * nextValue, [batch] each; without the next value where the discount is 0. */
export function tdTargetReference(
  reward: ArrayLike<number>,
  discount: ArrayLike<number>,
  nextValue: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(reward, (r, b) => r + (discount[b] === 0 ? 0 : discount[b] * nextValue[b]));
}
