/** Reductions in f64: what is right. */
import type { Reduction } from './reduce.ts';

/** input [rows][columns] -> [rows]. */
export function reduceReference(reduction: Reduction, input: ArrayLike<number>, rows: number): Float64Array {
  const columns = input.length / rows;
  const output = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: columns }, (_, column) => input[row * columns + column]);
    output[row] = reductions[reduction](values);
  }
  return output;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const largest = (values: readonly number[]): number => values.reduce((best, value) => Math.max(best, value));

const reductions: Record<Reduction, (values: readonly number[]) => number> = {
  sum,
  mean: (values) => sum(values) / values.length,
  max: largest,
  meanAbsolute: (values) => sum(values.map(Math.abs)) / values.length,
  maxAbsolute: (values) => largest(values.map(Math.abs)),
  sumOfSquares: (values) => sum(values.map((value) => value ** 2)),
};
