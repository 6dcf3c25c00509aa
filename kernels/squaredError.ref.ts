/** The squared error and its gradient in f64: what is right. */

/** (prediction - target)^2. */
export function squaredErrorForwardReference(prediction: ArrayLike<number>, target: ArrayLike<number>): Float64Array {
  return Float64Array.from(prediction, (value, i) => (value - target[i]) ** 2);
}

/** The gradient of the losses' sum, times `scale`. */
export function squaredErrorBackwardReference(
  prediction: ArrayLike<number>,
  target: ArrayLike<number>,
  scale: number,
): Float64Array {
  return Float64Array.from(prediction, (value, i) => 2 * scale * (value - target[i]));
}
