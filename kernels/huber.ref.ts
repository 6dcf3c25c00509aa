/** Huber's loss and its gradient in f64: what is right. */

/** d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2). */
export function huberForwardReference(
  prediction: ArrayLike<number>,
  target: ArrayLike<number>,
  delta: number,
): Float64Array {
  return Float64Array.from(prediction, (value, i) => {
    const size = Math.abs(value - target[i]);
    return size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
  });
}

/** The gradient of the losses' sum, times `scale`. */
export function huberBackwardReference(
  prediction: ArrayLike<number>,
  target: ArrayLike<number>,
  delta: number,
  scale: number,
): Float64Array {
  return Float64Array.from(prediction, (value, i) => scale * Math.min(Math.max(value - target[i], -delta), delta));
}
