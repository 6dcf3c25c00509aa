/** Running sums over updates in f64: what is right. */
import { maxReference } from './max.ref.ts';

/** Adds one batch, loss [batch] and values [batch][actions], to `statistics` [4]. */
export function updateStatisticsReference(
  loss: ArrayLike<number>,
  values: ArrayLike<number>,
  actions: number,
  statistics: Float64Array,
): void {
  const largest = maxReference(values, actions);
  for (let b = 0; b < loss.length; b++) {
    statistics[0] += loss[b];
    statistics[1] += largest[b];
  }
  statistics[2] += loss.length;
  statistics[3] += 1;
}
