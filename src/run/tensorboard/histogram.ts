/**
 * A histogram of weights in TensorFlow's buckets: limits from 1e-12 on, each 1.1 times the one before, on either side of 0.
 * Source: TensorFlow, core/lib/histogram/histogram.cc.
 */
import type { Histogram } from './eventSchema.ts';

/** Ascending: -largest … -1e-12, 0, 1e-12 … largest. */
const limits: readonly number[] = (() => {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  positive.push(Number.MAX_VALUE);
  return [...positive.map((limit) => -limit).reverse(), 0, ...positive];
})();

/**
 * For sign, exponent and the first 7 bits of the fraction of an f32: the bucket of the smallest such number. Numbers that share them lie
 * within 0.8 % of each other and limits 10 % apart, so that theirs is this bucket or the next one.
 */
const firstBuckets: Uint16Array = (() => {
  const bits = new Uint32Array(1);
  const value = new Float32Array(bits.buffer);
  return Uint16Array.from({ length: 0x10000 }, (_, top) => {
    const isNegative = top >= 0x8000;
    // The smallest of negative ones has all other bits set.
    bits[0] = isNegative ? ((top << 16) | 0xffff) >>> 0 : top << 16;
    return Number.isNaN(value[0]) ? 0 : bucketOf(value[0]);
  });
})();

/** The bucket of a value by the definition: that of the first limit above it. */
function bucketOf(value: number): number {
  let [low, high] = [0, limits.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < limits[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Of all values that are finite. */
export function histogramOf(values: Float32Array): Histogram {
  const counts = new Float64Array(limits.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let [min, max, num, sum, sumSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    // Exponent 255: infinite, or no number.
    if ((bits[i] & 0x7f800000) === 0x7f800000) continue;
    num++;
    sum += value;
    sumSquares += value * value;
    if (value < min) min = value;
    if (value > max) max = value;
    let bucket = firstBuckets[bits[i] >>> 16];
    if (value >= limits[bucket]) bucket++;
    counts[bucket]++;
  }
  if (num === 0) return { min: 0, max: 0, num, sum, sumSquares, bucketLimit: [Number.MAX_VALUE], bucket: [0] };
  return { min, max, num, sum, sumSquares, ...filled(counts) };
}

/** Without the empty buckets but for one before each run of filled ones, which covers all between. */
function filled(counts: Float64Array): Pick<Histogram, 'bucketLimit' | 'bucket'> {
  const bucketLimit: number[] = [];
  const bucket: number[] = [];
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    if (i > 0 && counts[i - 1] === 0) {
      bucketLimit.push(limits[i - 1]);
      bucket.push(0);
    }
    bucketLimit.push(limits[i]);
    bucket.push(counts[i]);
  }
  return { bucketLimit, bucket };
}
