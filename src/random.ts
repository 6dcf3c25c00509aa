/**
 * The only source of randomness. Two generators, both of which save and restore their whole state:
 * - `Mt19937`: the console's power-on noise and sticky actions, because the reference console uses it.
 * - `Xoshiro128`: everything that the agent draws (exploration, replay sampling, initial weights, no-op starts).
 * Nothing here reads a clock or `Math.random`.
 */

/** A generator of uniform 32-bit words, and what follows from one. */
export interface RandomSource {
  /** The next 32 random bits, as an unsigned integer. */
  nextU32(): number;
}

/**
 * Mersenne Twister MT19937, 32 bits.
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998; the 2002 initialisation.
 */
export class Mt19937 implements RandomSource {
  /** 624 state words and, last, the position of the next one. */
  readonly state = new Uint32Array(625);

  constructor(seed: number) {
    this.seed(seed);
  }

  /** Starts the sequence of `seed` (unsigned 32 bits) from its beginning. */
  seed(seed: number): void {
    const state = this.state;
    state[0] = seed >>> 0;
    for (let i = 1; i < 624; i++) {
      const previous = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = Math.imul(previous, 1812433253) + i;
    }
    state[624] = 624;
  }

  nextU32(): number {
    const state = this.state;
    if (state[624] >= 624) this.#twist();
    let word = state[state[624]++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  #twist(): void {
    const state = this.state;
    for (let i = 0; i < 624; i++) {
      const word = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
      state[i] = state[(i + 397) % 624] ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0);
    }
    state[624] = 0;
  }
}

/**
 * xoshiro128** 1.1, period 2^128 - 1, its state filled from a seed and a stream name by SplitMix32.
 * Source: D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47(4), 2021.
 *
 * Each user of randomness takes a stream of its own (`new Xoshiro128(seed, 'replay')`), so that one more draw in one place
 * changes nothing elsewhere.
 */
export class Xoshiro128 implements RandomSource {
  readonly state = new Uint32Array(4);

  constructor(seed: number, stream: string) {
    // FNV-1a of the stream's name, mixed into the seed.
    let mixed = 2166136261;
    for (let i = 0; i < stream.length; i++) mixed = Math.imul(mixed ^ stream.charCodeAt(i), 16777619);
    let counter = (mixed ^ Math.imul(seed >>> 0, 0x9e3779b1)) >>> 0;
    for (let i = 0; i < 4; i++) {
      counter = (counter + 0x9e3779b9) >>> 0;
      let word = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      this.state[i] = word ^ (word >>> 15);
    }
    if ((this.state[0] | this.state[1] | this.state[2] | this.state[3]) === 0) this.state[0] = 1;
  }

  nextU32(): number {
    const state = this.state;
    const s1 = state[1];
    const times5 = Math.imul(s1, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const shifted = s1 << 9;
    state[2] ^= state[0];
    state[3] ^= s1;
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = (state[3] << 11) | (state[3] >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  nextFloat(): number {
    return this.nextU32() / 4294967296;
  }

  /** Uniform integer in [0, bound), without modulo bias (words past the last whole multiple are drawn again). `bound` is 1..2^32. */
  nextInt(bound: number): number {
    const limit = 4294967296 - (4294967296 % bound);
    let word = this.nextU32();
    while (word >= limit) word = this.nextU32();
    return word % bound;
  }
}
