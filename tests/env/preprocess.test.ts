import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { channelMax, milliLuminance, paletteOf } from '../../src/env/palette.ts';
import { type PreprocessOptions, Preprocessor } from '../../src/env/preprocess.ts';
import { Xoshiro128 } from '../../src/random.ts';

/**
 * What is right, another way: every output pixel is the sum over all input pixels of the area of their overlap, in whole parts of
 * 1/outputs of an input pixel, as big integers. `rows` is the height of the whole image of which `firstRow` and what follows is kept.
 */
function referenceFrame(options: PreprocessOptions, newest: Uint8Array, previous: Uint8Array): Uint8Array {
  const { format, screenHeight, size, crop } = options;
  const { rgb } = paletteOf(format);
  const [rows, firstRow] = crop === 'lapan' ? [110, 18] : [size, 0];
  const overlap = (output: number, outputs: number, input: number, inputs: number) =>
    Math.max(0, Math.min((output + 1) * inputs, (input + 1) * outputs) - Math.max(output * inputs, input * outputs));
  const frame = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let sum = 0n;
      for (let row = 0; row < screenHeight; row++) {
        const height = overlap(firstRow + y, rows, row, screenHeight);
        if (height === 0) continue;
        for (let column = 0; column < 160; column++) {
          const width = overlap(x, size, column, 160);
          if (width === 0) continue;
          const at = row * 160 + column;
          sum += BigInt(height * width) * BigInt(milliLuminance(channelMax(rgb[newest[at]], rgb[previous[at]])));
        }
      }
      frame[y * size + x] = Number(sum / (1000n * BigInt(screenHeight * 160)));
    }
  }
  return frame;
}

function noise(bytes: number, random: Xoshiro128): Uint8Array {
  return Uint8Array.from({ length: bytes }, () => random.nextU32() & 255);
}

function preprocess(options: PreprocessOptions, newest: Uint8Array, previous: Uint8Array): Uint8Array {
  const frame = new Uint8Array(options.size * options.size).fill(0xa5);
  new Preprocessor(options).run(newest, previous, frame);
  return frame;
}

const usual = { format: 'NTSC', screenHeight: 210, size: 84, crop: 'none' } as const;

test('area averaging equals the big-integer sum on noise: NTSC and PAL heights, both forms', () => {
  const random = new Xoshiro128(1, 'preprocess test');
  for (const options of [
    usual,
    { format: 'PAL', screenHeight: 250, size: 84, crop: 'none' },
    { format: 'SECAM', screenHeight: 250, size: 84, crop: 'lapan' },
    { format: 'NTSC', screenHeight: 210, size: 84, crop: 'lapan' },
  ] as const) {
    const newest = noise(160 * options.screenHeight, random);
    const previous = noise(160 * options.screenHeight, random);
    expect(preprocess(options, newest, previous)).toEqual(referenceFrame(options, newest, previous));
  }
});

test('area averaging equals the big-integer sum for any size, larger than the screen too', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 7, 32, 41, 83, 85, 160, 211),
      fc.integer({ min: 200, max: 251 }),
      (size, screenHeight) => {
        const random = new Xoshiro128(size, 'preprocess size test');
        const options = { format: 'NTSC', screenHeight, size, crop: 'none' } as const;
        const newest = noise(160 * screenHeight, random);
        const previous = noise(160 * screenHeight, random);
        expect(preprocess(options, newest, previous)).toEqual(referenceFrame(options, newest, previous));
      },
    ),
    { numRuns: 12, seed: 1 },
  );
});

/** A screen as consoles draw them: bands of one colour, blocks across several rows, single pixels and, in places, whole words of noise. */
function picture(rows: number, random: Xoshiro128): Uint8Array {
  const screen = new Uint8Array(160 * rows);
  for (let row = 0; row < rows; row += 1 + random.nextInt(40)) screen.fill(random.nextU32() & 254, row * 160);
  for (let block = 0; block < 12; block++) {
    const [top, left] = [random.nextInt(rows), random.nextInt(160)];
    const [bottom, right] = [
      Math.min(rows, top + 1 + random.nextInt(20)),
      Math.min(160, left + 1 + random.nextInt(30)),
    ];
    const colour = random.nextU32() & 255;
    for (let row = top; row < bottom; row++) screen.fill(colour, row * 160 + left, row * 160 + right);
  }
  for (let pixel = 0; pixel < 30; pixel++) screen[random.nextInt(screen.length)] = random.nextU32() & 255;
  return screen;
}

test('area averaging equals the big-integer sum on pictures that repeat from row to row, one after the other', () => {
  for (const [screenHeight, size, crop] of [
    [210, 84, 'none'],
    [250, 84, 'none'],
    [210, 84, 'lapan'],
    [250, 41, 'none'],
    [210, 211, 'none'],
  ] as const) {
    const random = new Xoshiro128(screenHeight + size, 'picture test');
    const options = { format: 'NTSC', screenHeight, size, crop } as const;
    const preprocessor = new Preprocessor(options);
    const frame: Uint8Array = new Uint8Array(size * size);
    for (let round = 0; round < 6; round++) {
      const newest = picture(screenHeight, random);
      // The screen before differs in little, as a frame later it does, or not at all.
      const previous = newest.slice();
      for (let pixel = 0; pixel < 9 * round; pixel++) previous[random.nextInt(newest.length)] = random.nextU32() & 254;
      preprocessor.run(newest, previous, frame);
      expect(frame).toEqual(referenceFrame(options, newest, previous));
    }
  }
});

test('a flat screen keeps its luminance, truncated', () => {
  const flat = (byte: number) =>
    new Set(preprocess(usual, new Uint8Array(33600).fill(byte), new Uint8Array(33600).fill(byte)));
  expect(flat(0x00)).toEqual(new Set([0]));
  expect(flat(0x02)).toEqual(new Set([74])); // 4a4a4a: exactly 74, where sums in f32 may fall to 73
  expect(flat(0x90)).toEqual(new Set([31])); // 001c88: 31.94
  expect(flat(0x0e)).toEqual(new Set([236]));
});

test('one bright pixel spreads by its area, worked by hand', () => {
  // Column 1 of 160 spans outputs 0 (pixels 0..1.904762) and 1: 0.904762 and 0.095238 of it. Row 2 of 210: outputs 0 (0..2.5) and 1, half
  // each. Its luminance is 236; an output is 1.904762 * 2.5 = 4.761905 pixels large.
  const screen = new Uint8Array(33600);
  screen[2 * 160 + 1] = 0x0e;
  const frame = preprocess(usual, screen, screen);
  expect(frame[0]).toBe(Math.floor((236 * 0.904762 * 0.5) / 4.761905)); // 22
  expect(frame[1]).toBe(Math.floor((236 * 0.095238 * 0.5) / 4.761905)); // 2
  expect(frame[84]).toBe(22);
  expect(frame[85]).toBe(2);
  expect(frame.reduce((sum, byte) => sum + byte)).toBe(48);
});

test('the crop keeps rows 18..101 of 110', () => {
  // 210 rows to 110: output row 18 begins at 34.36, so screen row 34 shows in it and row 33 does not; row 102 begins at 194.73.
  const rowsWith = (screenRow: number) => {
    const screen = new Uint8Array(33600);
    screen.fill(0x0e, screenRow * 160, screenRow * 160 + 160);
    const frame = preprocess({ ...usual, crop: 'lapan' }, screen, screen);
    return [...Array(84).keys()].filter((y) => frame[y * 84] > 0);
  };
  expect(rowsWith(33)).toEqual([]);
  expect(rowsWith(34)).toEqual([0]);
  expect(rowsWith(194)).toEqual([83]);
  expect(rowsWith(195)).toEqual([]);
});
