/**
 * The TIA's picture: paints segments of a line from the objects' masks and notes which objects touch.
 * Two frame buffers take turns and are never cleared, so a row that is not painted shows what it held two frames ago.
 * Leaves out time and registers (tia.ts). Source: reference console.md sections 5 to 7.
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import * as pair from './collisions.ts';
import { lineWords } from './objects.ts';

/** Rows of a frame buffer: the first frame after a reset paints above the visible window. */
export const bufferRows = 300;
const rowWords = 40;
const rowBytes = 160;

/** Bit j of a nibble as byte j, all ones or zeros: the masks of four pixels (screens are little-endian). */
const pixelsOfNibble = new Int32Array(16);
for (let nibble = 0; nibble < 16; nibble++) {
  for (let bit = 0; bit < 4; bit++) if (nibble & (1 << bit)) pixelsOfNibble[nibble] |= 0xff << (8 * bit);
}

/** The first 0..3 of four pixels. */
const pixelsBefore = [0, 0xff, 0xffff, 0xffffff];

/** Bit 0 of a pixel marks a picture without colour. */
const colourBits = 0xfefefefe | 0;
const colourLost = 0x01010101;

export class Raster {
  readonly p0 = new Int32Array(lineWords);
  readonly p1 = new Int32Array(lineWords);
  readonly m0 = new Int32Array(lineWords);
  readonly m1 = new Int32Array(lineWords);
  readonly bl = new Int32Array(lineWords);
  readonly pf = new Int32Array(lineWords);

  /** Colours, the same byte four times. */
  colup0 = 0;
  colup1 = 0;
  colupf = 0;
  colubk = 0;
  /** The playfield takes the players' colours, by half. */
  scoreMode = false;
  /** Ball and playfield lie above players and missiles. */
  playfieldFirst = false;
  /** Latched since CXCLR. */
  collisions = 0;
  /** Those that the objects switched on could cause. */
  possibleCollisions = 0;

  /** Which of the two buffers is being drawn, 0 or 1. */
  buffer = 0;
  /** That buffer: `bufferRows` rows of 160 bytes. */
  pixels = new Uint8Array(bufferRows * rowBytes);
  #words = new Int32Array(this.pixels.buffer);
  /** The buffer drawn before. */
  otherPixels = new Uint8Array(bufferRows * rowBytes);
  #otherWords = new Int32Array(this.otherPixels.buffer);

  /** Draws into the other buffer from now on. */
  swap(): void {
    this.buffer ^= 1;
    const { pixels } = this;
    const words = this.#words;
    this.pixels = this.otherPixels;
    this.#words = this.#otherWords;
    this.otherPixels = pixels;
    this.#otherWords = words;
  }

  reset(): void {
    this.pixels.fill(0);
    this.otherPixels.fill(0);
    this.colup0 = this.colup1 = this.colupf = this.colubk = 0;
    this.scoreMode = this.playfieldFirst = false;
    this.collisions = this.possibleCollisions = 0;
  }

  /** Marks the four colours as lost, or as there again. */
  loseColour(lost: boolean): void {
    const mark = lost ? colourLost : 0;
    this.colup0 = (this.colup0 & colourBits) | mark;
    this.colup1 = (this.colup1 & colourBits) | mark;
    this.colupf = (this.colupf & colourBits) | mark;
    this.colubk = (this.colubk & colourBits) | mark;
  }

  /** Copies the whole of the row above into `row`. */
  repeatRow(row: number): void {
    const start = row * rowWords;
    this.#words.copyWithin(start, start - rowWords, start);
  }

  /** Paints pixels `from`..`to` (exclusive) of a row black. */
  black(row: number, from: number, to: number): void {
    const { pixels } = this;
    const words = this.#words;
    let at = row * rowBytes + from;
    const end = row * rowBytes + to;
    while (at < end && (at & 3) !== 0) pixels[at++] = 0;
    for (; at + 4 <= end; at += 4) words[at >> 2] = 0;
    while (at < end) pixels[at++] = 0;
  }

  /** Halves the brightness of the rows from `first` to `end` (exclusive) and takes their hue. */
  grey(first: number, end: number): void {
    const { pixels } = this;
    for (let at = first * rowBytes; at < end * rowBytes; at++) pixels[at] = (pixels[at] & 15) >> 1;
  }

  /** Paints pixels `from`..`to` (exclusive, at least one) of a row. */
  paint(row: number, from: number, to: number): void {
    const { p0, p1, m0, m1, bl, pf, colubk, scoreMode, playfieldFirst } = this;
    const words = this.#words;
    const toP0 = colubk ^ this.colup0;
    const toP1 = colubk ^ this.colup1;
    const toPf = colubk ^ this.colupf;
    // Whole words of four pixels are painted; those at the ends get back what lies outside.
    const firstAt = row * rowWords + (from >>> 2);
    const lastAt = row * rowWords + ((to - 1) >>> 2);
    const beforeFirst = words[firstAt];
    const afterLast = words[lastAt];
    let at = firstAt;
    let shift = ((from >>> 2) & 7) << 2;
    for (let word = from >>> 5; at <= lastAt; word++, shift = 0) {
      let end = row * rowWords + (word + 1) * 8;
      if (end > lastAt) end = lastAt + 1;
      const playfield = pf[word];
      let in0 = p0[word] | m0[word];
      let in1 = p1[word] | m1[word];
      let inPf = playfield | bl[word];
      if (playfieldFirst) {
        in0 &= ~inPf;
        in1 &= ~(inPf | in0);
      } else {
        if (scoreMode) {
          const left = word < 2 ? -1 : word === 2 ? 0xffff : 0;
          in0 |= playfield & left;
          in1 |= playfield & ~left;
          inPf = bl[word];
        }
        in1 &= ~in0;
        inPf &= ~(in0 | in1);
      }
      if ((in0 | in1) === 0) {
        if (inPf === 0) while (at < end) words[at++] = colubk;
        else {
          for (; at < end; shift += 4) words[at++] = colubk ^ (toPf & pixelsOfNibble[(inPf >>> shift) & 15]);
        }
      } else {
        for (; at < end; shift += 4) {
          words[at++] =
            colubk ^
            (toP0 & pixelsOfNibble[(in0 >>> shift) & 15]) ^
            (toP1 & pixelsOfNibble[(in1 >>> shift) & 15]) ^
            (toPf & pixelsOfNibble[(inPf >>> shift) & 15]);
        }
      }
    }
    const keepBefore = pixelsBefore[from & 3];
    const keepAfter = ~pixelsBefore[to & 3];
    if ((from & 3) !== 0) words[firstAt] = (words[firstAt] & ~keepBefore) | (beforeFirst & keepBefore);
    if ((to & 3) !== 0) words[lastAt] = (words[lastAt] & ~keepAfter) | (afterLast & keepAfter);
  }

  /** Whether there could be a collision that is not latched yet. */
  get canCollide(): boolean {
    return (this.possibleCollisions & ~this.collisions) !== 0;
  }

  /** Latches the collisions in pixels `from`..`to` (exclusive, at least one). */
  collide(from: number, to: number): void {
    const { p0, p1, m0, m1, bl, pf } = this;
    const last = (to - 1) >>> 5;
    let collisions = 0;
    let clip = -1 << (from & 31);
    for (let word = from >>> 5; word <= last; word++) {
      if (word === last) clip &= -1 >>> (31 - ((to - 1) & 31));
      const players0 = p0[word] & clip;
      const players1 = p1[word] & clip;
      const missiles0 = m0[word] & clip;
      const missiles1 = m1[word] & clip;
      const ball = bl[word] & clip;
      const playfield = pf[word] & clip;
      clip = -1;
      if ((players0 | players1 | missiles0 | missiles1 | ball) === 0) continue;
      if (players0 & missiles0) collisions |= pair.m0P0;
      if (players1 & missiles0) collisions |= pair.m0P1;
      if (players1 & missiles1) collisions |= pair.m1P1;
      if (players0 & missiles1) collisions |= pair.m1P0;
      if (players0 & ball) collisions |= pair.p0Bl;
      if (players0 & playfield) collisions |= pair.p0Pf;
      if (players1 & ball) collisions |= pair.p1Bl;
      if (players1 & playfield) collisions |= pair.p1Pf;
      if (missiles0 & ball) collisions |= pair.m0Bl;
      if (missiles0 & playfield) collisions |= pair.m0Pf;
      if (missiles1 & ball) collisions |= pair.m1Bl;
      if (missiles1 & playfield) collisions |= pair.m1Pf;
      if (ball & playfield) collisions |= pair.blPf;
      if (missiles0 & missiles1) collisions |= pair.m0M1;
      if (players0 & players1) collisions |= pair.p0P1;
    }
    this.collisions |= collisions;
  }

  save(out: SnapshotWriter): void {
    out.int(this.colup0 & 0xff);
    out.int(this.colup1 & 0xff);
    out.int(this.colupf & 0xff);
    out.int(this.colubk & 0xff);
    out.int(this.collisions);
  }

  /** Priorities and possible collisions follow from the registers: the beam takes them before it draws. */
  load(state: SnapshotReader): void {
    this.colup0 = Math.imul(state.intIn(0, 0xff), 0x01010101);
    this.colup1 = Math.imul(state.intIn(0, 0xff), 0x01010101);
    this.colupf = Math.imul(state.intIn(0, 0xff), 0x01010101);
    this.colubk = Math.imul(state.intIn(0, 0xff), 0x01010101);
    this.collisions = state.intIn(0, 0xffff);
  }

  /** The first `rows` rows of the two frame buffers, the current one first: what lies below is never shown. */
  savePictures(out: SnapshotWriter, rows: number): void {
    out.bytes(this.pixels.subarray(0, rows * rowBytes));
    out.bytes(this.otherPixels.subarray(0, rows * rowBytes));
  }

  loadPictures(state: SnapshotReader, rows: number): void {
    state.bytes(this.pixels.subarray(0, rows * rowBytes));
    state.bytes(this.otherPixels.subarray(0, rows * rowBytes));
  }
}
