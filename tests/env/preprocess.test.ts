import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { EnvironmentOptions } from '../../src/env/options.ts';
import { channelMax, milliLuminance, paletteOf } from '../../src/env/palette.ts';
import { type PreprocessOptions, preprocessorFor } from '../../src/env/preprocess.ts';
import { Xoshiro128 } from '../../src/random.ts';

type Resize = EnvironmentOptions['resize'];
type Options = PreprocessOptions & { readonly resize?: Resize };

/** How much of input pixel `input` output pixel `output` shows, in whole parts; those of an output add up to `whole`. */
interface Axis {
  readonly part: (output: number, input: number) => number;
  readonly whole: number;
}

/** What is right, another way: the part of every input pixel in an output pixel, by the definition of each form. */
const axes: Record<Resize, (inputs: number, outputs: number) => Axis> = {
  // The length of the overlap, an input being `outputs` parts long and an output `inputs` parts.
  area: (inputs, outputs) => ({
    part: (output, input) =>
      Math.max(0, Math.min((output + 1) * inputs, (input + 1) * outputs) - Math.max(output * inputs, input * outputs)),
    whole: inputs,
  }),
  // A tent of two input pixels' width over the output's middle, which lies nowhere beyond the middles of the first and last inputs.
  bilinear: (inputs, outputs) => {
    const unit = 2 * outputs;
    return {
      part: (output, input) => {
        const middle = (2 * output + 1) * inputs;
        const held = Math.min(Math.max(middle, outputs), inputs * unit - outputs);
        return Math.max(0, unit - Math.abs(held - (2 * input + 1) * outputs));
      },
      whole: unit,
    };
  },
  // All of the input whose extent has the output's first edge in it.
  nearest: (inputs, outputs) => ({
    part: (output, input) => (input * outputs <= output * inputs && output * inputs < (input + 1) * outputs ? 1 : 0),
    whole: 1,
  }),
};

/** Of each of the outputs `first` and on: which inputs it shows and their parts, from all of them. */
function partsShown({ part }: Axis, inputs: number, first: number, outputs: number): [input: number, part: number][][] {
  return Array.from({ length: outputs }, (_, i) =>
    Array.from({ length: inputs }, (_, input): [number, number] => [input, part(first + i, input)]).filter(
      ([, shown]) => shown > 0,
    ),
  );
}

/** Every output pixel as a sum over all input pixels, as big integers, divided and truncated once. */
function referenceFrame(options: Options, newest: Uint8Array, previous: Uint8Array): Uint8Array {
  const { format, screenHeight, size, crop, resize = 'area' } = options;
  const { rgb } = paletteOf(format);
  // Rows of the screen that are scaled, to how many, and the first of those that is kept.
  const [firstRow, rows] = crop === 'graetz' ? [34, 160] : [0, screenHeight];
  const [scaledRows, firstKept] =
    crop === 'lapan' ? [Math.round((110 / 84) * size), Math.round((18 / 84) * size)] : [size, 0];
  const vertical = axes[resize](rows, scaledRows);
  const horizontal = axes[resize](160, size);
  const rowsShown = partsShown(vertical, rows, firstKept, size);
  const columnsShown = partsShown(horizontal, 160, 0, size);
  const frame = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let sum = 0n;
      for (const [row, height] of rowsShown[y]) {
        for (const [column, width] of columnsShown[x]) {
          const at = (firstRow + row) * 160 + column;
          sum += BigInt(height * width) * BigInt(milliLuminance(channelMax(rgb[newest[at]], rgb[previous[at]])));
        }
      }
      frame[y * size + x] = Number(sum / (1000n * BigInt(vertical.whole * horizontal.whole)));
    }
  }
  return frame;
}

function noise(bytes: number, random: Xoshiro128): Uint8Array {
  return Uint8Array.from({ length: bytes }, () => random.nextU32() & 255);
}

function preprocess(options: Options, newest: Uint8Array, previous: Uint8Array): Uint8Array {
  const frame = new Uint8Array(options.size * options.size).fill(0xa5);
  preprocessorFor(options.resize ?? 'area', options).run(newest, previous, frame);
  return frame;
}

const usual = { format: 'NTSC', screenHeight: 210, size: 84, crop: 'none' } as const;

const everyForm = (['area', 'bilinear', 'nearest'] as const).flatMap((resize) =>
  (['none', 'lapan', 'graetz'] as const).map((crop) => [resize, crop] as const),
);

test.each(everyForm)(
  '%s with crop %s equals the big-integer sum on noise: NTSC and PAL heights, odd sizes',
  (resize, crop) => {
    const random = new Xoshiro128(1, 'preprocess test');
    for (const [format, screenHeight, size] of [
      ['NTSC', 210, 84],
      ['PAL', 250, 84],
      ['SECAM', 250, 36],
      ['NTSC', 210, 52],
      ['NTSC', 213, 61],
      ['NTSC', 200, 160],
    ] as const) {
      const options = { format, screenHeight, size, crop, resize };
      const newest = noise(160 * screenHeight, random);
      const previous = noise(160 * screenHeight, random);
      expect(preprocess(options, newest, previous)).toEqual(referenceFrame(options, newest, previous));
    }
  },
);

test.each(['area', 'bilinear', 'nearest'] as const)(
  '%s equals the big-integer sum for any size, larger than the screen too',
  (resize) => {
    const sizes = fc.constantFrom(1, 2, 7, 32, 41, 83, 85, 160, 211);
    fc.assert(
      fc.property(sizes, fc.integer({ min: 200, max: 251 }), (size, screenHeight) => {
        const random = new Xoshiro128(size, 'preprocess size test');
        const options = { format: 'NTSC', screenHeight, size, crop: 'none', resize } as const;
        const newest = noise(160 * screenHeight, random);
        const previous = noise(160 * screenHeight, random);
        expect(preprocess(options, newest, previous)).toEqual(referenceFrame(options, newest, previous));
      }),
      { numRuns: 12, seed: 1, examples: [[211, 203]] },
    );
  },
);

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
    const preprocessor = preprocessorFor('area', options);
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

/** Rows of the frame in which a screen shows that is white in row `screenRow` and black elsewhere. */
function rowsShowing(screenRow: number, form: Partial<Options>): number[] {
  const options = { ...usual, ...form };
  const screen = new Uint8Array(160 * options.screenHeight);
  screen.fill(0x0e, screenRow * 160, screenRow * 160 + 160);
  const frame = preprocess(options, screen, screen);
  return [...Array(options.size).keys()].filter((y) => frame[y * options.size] > 0);
}

test("Graetz's crop keeps rows 34..193 of a screen of any height", () => {
  for (const form of [{}, { screenHeight: 250, format: 'PAL' }, { size: 52 }] as const) {
    const last = (form as Partial<Options>).size ?? 84;
    expect(rowsShowing(33, { crop: 'graetz', ...form })).toEqual([]);
    expect(rowsShowing(34, { crop: 'graetz', ...form })).toEqual([0]);
    expect(rowsShowing(193, { crop: 'graetz', ...form })).toEqual([last - 1]);
    expect(rowsShowing(194, { crop: 'graetz', ...form })).toEqual([]);
  }
});

test("Lapan's crop at 52 pixels: 68 rows, 11..62 of them kept", () => {
  // 110 * 52/84 = 68.1 and 18 * 52/84 = 11.1. Row 11 of 68 begins at 33.97 of 210 screen rows, row 63 at 194.56.
  expect(rowsShowing(32, { crop: 'lapan', size: 52 })).toEqual([]);
  expect(rowsShowing(34, { crop: 'lapan', size: 52 })).toEqual([0]);
  expect(rowsShowing(194, { crop: 'lapan', size: 52 })).toEqual([51]);
  expect(rowsShowing(195, { crop: 'lapan', size: 52 })).toEqual([]);
});

test('nearest shows rows floor(i 160/84) of the part kept, worked by hand', () => {
  // Rows 0, 1, 3, 5, 7 ... of the cropped screen: 0, 1.9, 3.8, 5.7, 7.6; output 21 is row 40 exactly.
  const graetz = { crop: 'graetz', resize: 'nearest' } as const;
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((row) => rowsShowing(34 + row, graetz))).toEqual([
    [0],
    [1],
    [],
    [2],
    [],
    [3],
    [],
    [4],
  ]);
  expect(rowsShowing(34 + 39, graetz)).toEqual([]);
  expect(rowsShowing(34 + 40, graetz)).toEqual([21]);
  expect(rowsShowing(34 + 158, graetz)).toEqual([83]);
});

test('bilinear weighs the two rows about the middle of an output, worked by hand', () => {
  // 160 rows to 84: output 0 has its middle at 0.452, output 1 at 2.357. A white row 0 (236) is 0.548 of the first, row 2 0.643 of the second.
  const options = { ...usual, crop: 'graetz', resize: 'bilinear' } as const;
  const screen = new Uint8Array(33600);
  screen.fill(0x0e, 34 * 160, 35 * 160);
  screen.fill(0x0e, 36 * 160, 37 * 160);
  const frame = preprocess(options, screen, screen);
  expect([frame[0], frame[84], frame[168]]).toEqual([Math.floor((236 * 23) / 42), Math.floor((236 * 9) / 14), 0]);
});
