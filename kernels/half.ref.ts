/** f16 (IEEE 754 binary16) and back, by its definition: what is right. */

/** Of the smallest normal f16, 2^-14. */
const smallestExponent = -14;
const fractionBits = 10;

/**
 * The f16 below and above a value, ascending; the value itself, once, where f16 has it. WGSL lets an adapter round to either.
 * Throws RangeError beyond +-65504.
 */
export function halfNeighbours(value: number): readonly number[] {
  if (!(Math.abs(value) <= 65504)) throw new RangeError(`${value} is not in the range of f16`);
  let exponent = smallestExponent;
  while (Math.abs(value) >= 2 ** (exponent + 1)) exponent++;
  // Exact: quanta are powers of 2, and a value has fewer bits than an f64.
  const quantum = 2 ** (exponent - fractionBits);
  const quanta = value / quantum;
  const [below, above] = [Math.floor(quanta) * quantum, Math.ceil(quanta) * quantum];
  return below === above ? [value] : [below, above];
}

/** The nearest f16; of two that are as near, the one whose last bit is 0. Throws RangeError beyond +-65504. */
export function nearestHalf(value: number): number {
  const [below, above = below] = halfNeighbours(value);
  if (value - below !== above - value) return value - below < above - value ? below : above;
  return (halfBits(below) & 1) === 0 ? below : above;
}

/** The 16 bits of a value that f16 has. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  let exponent = smallestExponent;
  while (magnitude >= 2 ** (exponent + 1)) exponent++;
  const quanta = magnitude / 2 ** (exponent - fractionBits);
  // A normal number's leading 1, 2^10 quanta, is not stored: it counts the biased exponent up.
  return sign + ((exponent - smallestExponent) << fractionBits) + quanta;
}

/** The value of 16 bits; infinities and NaN are as numbers. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const biased = (bits >> fractionBits) & 0x1f;
  const fraction = bits & 0x3ff;
  if (biased === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  const exponent = smallestExponent - fractionBits;
  return biased === 0 ? sign * fraction * 2 ** exponent : sign * (1024 + fraction) * 2 ** (exponent + biased - 1);
}

/** Values that f16 has, two to a word, the first in the lower half. */
export function packHalves(values: ArrayLike<number>): Uint32Array {
  const words = new Uint32Array(Math.ceil(values.length / 2));
  for (let i = 0; i < values.length; i++) words[i >> 1] |= halfBits(values[i]) << (16 * (i % 2));
  return words;
}
