/**
 * FNV-1a of 32 bits, which stands for RAM and screen in a trace, and the way back: which bytes of a RAM must be others for it to
 * have a wanted hash. Source of the hash: the authors' page, http://www.isthe.com/chongo/tech/comp/fnv.
 */
const offset = 0x811c9dc5;
const prime = 0x01000193;
/** `prime * primeInverse` is 1 modulo 2^32. */
const primeInverse = 0x359c449b;

export function fnv32(bytes: Uint8Array): number {
  let hash = offset | 0;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], prime);
  return hash >>> 0;
}

/** As a trace writes it: eight hex digits. */
export function hashText(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

/** A byte that should be another one. `index` counts from the first byte hashed. */
export interface ByteChange {
  readonly index: number;
  readonly is: number;
  readonly expected: number;
}

/**
 * Every change of one byte that gives `bytes` the hash `expected`; where there is none, every change of two bytes.
 * Of 128 bytes, one byte fits by chance once in 130,000 times, two once in eight; three would always fit and say nothing.
 * @returns the changes that fit, each of one byte or two; empty where none does, and where the hash is right already
 */
export function changesToHash(bytes: Uint8Array, expected: number): ByteChange[][] {
  const { before, after } = hashStates(bytes, expected);
  const found: ByteChange[][] = [];
  /** The change of byte `index` after which the rest leads to `expected`, given the hash of all before it. */
  const fitting = (index: number, hash: number): ByteChange | undefined => {
    const value = (hash ^ Math.imul(after[index], primeInverse)) >>> 0;
    return value > 255 || value === bytes[index] ? undefined : { index, is: bytes[index], expected: value };
  };
  for (let i = 0; i < bytes.length; i++) {
    const change = fitting(i, before[i]);
    if (change !== undefined) found.push([change]);
  }
  if (found.length > 0 || before[bytes.length] === (expected | 0)) return found;
  for (let i = 0; i < bytes.length; i++) {
    for (let value = 0; value < 256; value++) {
      if (value === bytes[i]) continue;
      let hash = Math.imul(before[i] ^ value, prime);
      for (let j = i + 1; j < bytes.length; j++) {
        const second = fitting(j, hash);
        if (second !== undefined) found.push([{ index: i, is: bytes[i], expected: value }, second]);
        hash = Math.imul(hash ^ bytes[j], prime);
      }
    }
  }
  return found;
}

/** `before[i]`: the hash of the first i bytes. `after[i]`: what it must be behind byte i for the rest to lead to `expected`. */
function hashStates(bytes: Uint8Array, expected: number): { before: Int32Array; after: Int32Array } {
  const before = new Int32Array(bytes.length + 1);
  const after = new Int32Array(bytes.length);
  before[0] = offset | 0;
  for (let i = 0; i < bytes.length; i++) before[i + 1] = Math.imul(before[i] ^ bytes[i], prime);
  let hash = expected | 0;
  for (let i = bytes.length - 1; i >= 0; i--) {
    after[i] = hash;
    hash = Math.imul(hash, primeInverse) ^ bytes[i];
  }
  return { before, after };
}
