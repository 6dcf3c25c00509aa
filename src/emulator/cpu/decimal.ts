/**
 * Decimal addition and subtraction as the reference does them: through decimal values and back, with flags that differ from an
 * NMOS 6507's (reference: console.md section 4). Valid and invalid BCD alike.
 */

/** The value of a packed BCD byte; nibbles above 9 count as they are. */
function fromBcd(byte: number): number {
  return 10 * (byte >> 4) + (byte & 15);
}

/** Packed BCD of the last two decimal digits of `value` (0 or more). */
function toBcd(value: number): number {
  const twoDigits = value % 100;
  return (((twoDigits / 10) | 0) << 4) | (twoDigits % 10);
}

/** `a + m + carry`: bits 0..7 the sum, bit 8 the carry out. */
export function addDecimal(a: number, m: number, carry: number): number {
  const sum = fromBcd(a) + fromBcd(m) + carry;
  return toBcd(sum & 255) | (sum > 99 ? 256 : 0);
}

/** `a - m - (1 - carry)`, bits 0..7 only. Only invalid BCD leaves the difference below zero; it then reads as a byte does. */
export function subtractDecimal(a: number, m: number, carry: number): number {
  let difference = fromBcd(a) - fromBcd(m) - (1 - carry);
  if (difference < 0) difference += 100;
  return difference < 0 ? fromBcd(256 + difference) & 255 : toBcd(difference);
}

/**
 * The decimal corrections of ARR: `and` is A & M, `rotated` the same rotated right through the carry.
 * Bits 0..7 the result, bit 8 the carry out.
 */
export function rotateDecimal(and: number, rotated: number): number {
  let result = rotated;
  if ((and & 0x0f) + (and & 0x01) > 0x05) result = (result & 0xf0) | ((result + 6) & 0x0f);
  if ((and & 0xf0) + (and & 0x10) > 0x50) return ((result + 0x60) & 0xff) | 0x100;
  return result;
}
