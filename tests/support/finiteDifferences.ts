/**
 * Gradients by central differences: what the references' gradients are held against.
 */

/**
 * d scalar / d point, element by element. Of a function of third derivative M the error is about step^2 M / 6 from the formula and
 * 1e-16 |value| / step from rounding: 1e-10 or so for smooth functions of order 1 at the default step.
 */
export function centralDifferences(
  scalar: (point: Float64Array) => number,
  point: ArrayLike<number>,
  step = 1e-5,
): Float64Array {
  return Float64Array.from(point, (value, i) => {
    const moved = Float64Array.from(point);
    moved[i] = value + step;
    const above = scalar(moved);
    moved[i] = value - step;
    return (above - scalar(moved)) / (2 * step);
  });
}

/** The sum of the products: turns an output and its gradient into a scalar whose gradient is the vector-Jacobian product. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
