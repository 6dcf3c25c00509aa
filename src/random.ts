/**
 * The only source of randomness. Two generators, both of which can be taken back to any place of their sequence:
 * - `Mt19937`: the console's power-on noise and sticky actions, because the reference console uses it.
 * - `Xoshiro128`: everything that the agent draws (exploration, replay sampling, initial weights, no-op starts).
 * Nothing here reads a clock or `Math.random`.
 */

/** A generator of uniform 32-bit words, and what follows from one. */
export interface RandomSource {
  /** The next 32 random bits, as an unsigned integer. */
  nextU32(): number;
}

/** Words of the generator's state: they are made, and used up, a block at a time. */
const blockWords = 624;
const middleWord = 397;
const twistMatrix = 0x9908b0df;
/** Blocks that a generator remembers, so that going back a little costs nothing. */
const recentBlocks = 8;
/** Blocks ahead from which on jumping is faster than going there one after the other. */
const jumpBlocks = 20000;

interface Block {
  readonly seed: number;
  /** Of the blocks that follow the seeding, which itself is block -1. */
  readonly index: number;
  /** Never changed once made: clones share them. */
  readonly words: Uint32Array;
}

/**
 * Mersenne Twister MT19937, 32 bits. Its place in a sequence is the seed and the number of words drawn, and `goTo` finds any place again.
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998; the 2002 initialisation.
 */
export class Mt19937 implements RandomSource {
  #block: Block;
  /** In `#block`, of the next word. */
  #position = blockWords;
  #recent: Block[] = [];

  constructor(seed: number) {
    this.#block = seededBlock(seed);
  }

  /** Starts the sequence of `seed` (unsigned 32 bits) from its beginning. */
  seed(seed: number): void {
    this.#block = seededBlock(seed);
    this.#position = blockWords;
  }

  /** The seed of the sequence, unsigned 32 bits. */
  get sequence(): number {
    return this.#block.seed;
  }

  /** How many words of the sequence have been drawn. */
  get drawn(): number {
    return this.#block.index * blockWords + this.#position;
  }

  /** Goes on after `drawn` words of the sequence of `seed`: at once near where it was lately, in milliseconds anywhere else. */
  goTo(seed: number, drawn: number): void {
    const index = Math.floor(drawn / blockWords);
    if (index !== this.#block.index || seed !== this.#block.seed) this.#goToBlock(seed, index);
    this.#position = drawn - index * blockWords;
  }

  /** A generator at the same place that goes on by itself. */
  clone(): Mt19937 {
    const copy = new Mt19937(this.#block.seed);
    copy.#block = this.#block;
    copy.#position = this.#position;
    copy.#recent = this.#recent.slice();
    return copy;
  }

  nextU32(): number {
    if (this.#position >= blockWords) {
      this.#goToBlock(this.#block.seed, this.#block.index + 1);
      this.#position = 0;
    }
    let word = this.#block.words[this.#position++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /** Makes block `index` of a sequence from the nearest one before it that is at hand. */
  #goToBlock(seed: number, index: number): void {
    let nearest: Block | undefined;
    for (const block of [this.#block, ...this.#recent]) {
      if (block.seed !== seed || block.index > index) continue;
      if (nearest === undefined || block.index > nearest.index) nearest = block;
    }
    nearest ??= seededBlock(seed);
    if (nearest.index !== index) {
      let words: Uint32Array;
      if (index - nearest.index > jumpBlocks) words = jumped(nearest.words, (index - nearest.index) * blockWords);
      else {
        words = nearest.words.slice();
        for (let at = nearest.index; at < index; at++) twist(words);
      }
      nearest = { seed, index, words };
      this.#recent.unshift(nearest);
      if (this.#recent.length > recentBlocks) this.#recent.pop();
    }
    this.#block = nearest;
  }
}

function seededBlock(seed: number): Block {
  const words = new Uint32Array(blockWords);
  words[0] = seed;
  for (let i = 1; i < blockWords; i++) {
    const previous = words[i - 1] ^ (words[i - 1] >>> 30);
    words[i] = Math.imul(previous, 1812433253) + i;
  }
  return { seed: seed >>> 0, index: -1, words };
}

/** Makes a block into the next one. */
function twist(words: Uint32Array): void {
  const straight = blockWords - middleWord;
  for (let i = 0; i < straight; i++) words[i] = words[i + middleWord] ^ twisted(words[i], words[i + 1]);
  for (let i = straight; i < blockWords - 1; i++) words[i] = words[i - straight] ^ twisted(words[i], words[i + 1]);
  words[blockWords - 1] = words[middleWord - 1] ^ twisted(words[blockWords - 1], words[0]);
}

function twisted(upper: number, lower: number): number {
  const word = (upper & 0x80000000) | (lower & 0x7fffffff);
  return (word >>> 1) ^ (-(word & 1) & twistMatrix);
}

/*
 * Jumping ahead. The words are a linear recurrence over GF(2), so word k + n is the sum of the words k + i for those i whose t^i is in
 * t^n modulo the characteristic polynomial. Polynomials are bits in 32-bit words, t^0 in bit 0 of the first.
 * Source: H. Haramoto et al., "Efficient Jump Ahead for F2-Linear Random Number Generators", INFORMS J. on Computing 20(3), 2008.
 */

const degree = 19937;
const polynomialWords = Math.ceil(degree / 32);

/** The block `count` words after a block, `count` being a multiple of a block and at least one. */
function jumped(words: Uint32Array, count: number): Uint32Array {
  // The low bits of a seeding's first word are no part of the state, so the recurrence holds from the second word on.
  const polynomial = powerOfT(count - 1);
  const blocks = Math.ceil((degree + 1) / blockWords) + 1;
  const sequence = new Uint32Array(blocks * blockWords);
  const block = words.slice();
  for (let i = 0; i < blocks; i++) {
    sequence.set(block, i * blockWords);
    twist(block);
  }
  block.fill(0);
  for (let power = 0; power < degree; power++) {
    if ((polynomial[power >>> 5] & (1 << (power & 31))) === 0) continue;
    for (let i = 0; i < blockWords; i++) block[i] ^= sequence[1 + power + i];
  }
  return block;
}

/** t^`exponent` modulo the characteristic polynomial, by squaring. */
function powerOfT(exponent: number): Uint32Array {
  const lower = characteristicExponents();
  const result = new Uint32Array(polynomialWords);
  const square = new Uint32Array(2 * polynomialWords + 1);
  result[0] = 1;
  for (const bit of exponent.toString(2)) {
    square.fill(0);
    for (let i = 0; i < polynomialWords; i++) {
      // One more factor t, where the exponent has one, is one place to the left.
      addShifted(square, spread(result[i] & 0xffff), 64 * i + Number(bit));
      addShifted(square, spread(result[i] >>> 16), 64 * i + 32 + Number(bit));
    }
    // A whole word at a time: the terms below the highest one are more than 32 places lower.
    for (let i = square.length - 2; i >= polynomialWords; i--) {
      const word = square[i];
      square[i] = 0;
      if (word !== 0) for (const power of lower) addShifted(square, word, 32 * i - degree + power);
    }
    const over = square[polynomialWords - 1] >>> (degree & 31);
    square[polynomialWords - 1] ^= over << (degree & 31);
    for (const power of lower) addShifted(square, over, power);
    result.set(square.subarray(0, polynomialWords));
  }
  return result;
}

/** Adds a word to a polynomial from bit `place` on. */
function addShifted(polynomial: Uint32Array, word: number, place: number): void {
  const index = place >>> 5;
  const shift = place & 31;
  polynomial[index] ^= word << shift;
  if (shift !== 0) polynomial[index + 1] ^= word >>> (32 - shift);
}

/** Bit i of 16 bits as bit 2i: the square of a polynomial over GF(2). */
function spread(half: number): number {
  let word = (half | (half << 8)) & 0x00ff00ff;
  word = (word | (word << 4)) & 0x0f0f0f0f;
  word = (word | (word << 2)) & 0x33333333;
  return (word | (word << 1)) & 0x55555555;
}

/**
 * The powers of t in the characteristic polynomial, but for t^19937 itself: with A = t^624 + t^397, B = t^623 + t^396 and the bits a of
 * the twist's matrix it is A (B^31 + a0 B^30 + … + a30) + a31 (Matsumoto and Nishimura, 1998, appendix).
 */
function characteristicExponents(): number[] {
  let powers = new Set([0]);
  const toggle = (into: Set<number>, power: number): void => {
    if (!into.delete(power)) into.add(power);
  };
  const multiply = (high: number, low: number, constant: number): void => {
    const product = new Set<number>();
    for (const power of powers) {
      toggle(product, power + high);
      toggle(product, power + low);
    }
    if (constant === 1) toggle(product, 0);
    powers = product;
  };
  for (let bit = 0; bit < 31; bit++) multiply(blockWords - 1, middleWord - 1, (twistMatrix >>> bit) & 1);
  multiply(blockWords, middleWord, twistMatrix >>> 31);
  powers.delete(degree);
  return [...powers];
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
