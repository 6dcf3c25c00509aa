/** The TD target in f64: what is right. */
export function tdTargetReference(
  reward: ArrayLike<number>,
  terminal: ArrayLike<number>,
  nextValue: ArrayLike<number>,
  discount: number,
  steps: number,
): Float64Array {
  const target = new Float64Array(reward.length);
  for (let b = 0; b < reward.length; b++) {
    target[b] = reward[b] + (terminal[b] === 0 ? discount ** steps * nextValue[b] : 0);
  }
  return target;
}
