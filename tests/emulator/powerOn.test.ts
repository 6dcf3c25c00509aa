/**
 * What a console decides from how long frames are and what follows from its television, and in which precision actions are sticky: no
 * trace of the reference tells. Expectations from reference console.md sections 1, 2 and 6.
 */
import { describe, expect, test } from 'bun:test';
import { Console } from '../../src/emulator/console/console.ts';
import { Arcade } from '../../src/env/arcade.ts';

/** A 4 KiB cartridge that begins with `program`, at $F000. */
function cartridge(program: readonly number[]): Uint8Array {
  const rom = new Uint8Array(4096);
  rom.set(program);
  rom.set([0x00, 0xf0], 0xffc);
  return rom;
}

/** LDA #2, STA VSYNC, three lines, LDA #0, STA VSYNC: the end of a frame. */
const vsync = [0xa9, 2, 0x85, 0, 0x85, 2, 0x85, 2, 0x85, 2, 0xa9, 0, 0x85, 0];
/** Lines, as many as X says. */
const linesOfX = [0x85, 2, 0xca, 0xd0, 0xfb];

/** Frames of 262 lines, but of `lines` from frame `first` after a reset to before `end`; frame 0 is the one before the first VSYNC. */
function framesOf(lines: number, first: number, end: number): Uint8Array {
  const others = 203;
  return cartridge([
    ...[0xa9, 0, 0x85, 0x80], // LDA #0; STA $80
    ...vsync, // frame
    ...[0xe6, 0x80, 0xa2, others - 3, ...linesOfX], // INC $80; 200 lines
    ...[0xa2, 262 - others, 0xa5, 0x80, 0xc9, first, 0x90, 6], // LDX #; LDA $80; CMP #; BCC
    ...[0xc9, end, 0xb0, 2, 0xa2, lines - others, ...linesOfX], // CMP #; BCS; LDX #
    ...[0x4c, 4, 0xf0], // JMP frame
  ]);
}

describe('the television format', () => {
  test.each([
    [285, 1, 60, 'NTSC', 210],
    [286, 1, 60, 'PAL', 250],
    [286, 30, 45, 'PAL', 250],
    [286, 31, 45, 'NTSC', 210],
    [286, 1, 44, 'NTSC', 210],
    [286, 45, 60, 'PAL', 250],
    [286, 46, 60, 'NTSC', 210],
    [286, 46, 90, 'NTSC', 210],
  ] as const)('frames of %d lines from %d to before %d: %s', (lines, first, end, format, height) => {
    const console = new Console(framesOf(lines, first, end));
    expect([console.format, console.screenHeight]).toEqual([format, height]);
    const seen = Array.from({ length: 60 }, () => {
      console.runFrame();
      return console.scanlines;
    });
    expect(seen[first]).toBe(lines);
    expect(seen[first - 1]).toBe(first === 1 ? 3 : 262);
  });

  test.each([
    ['NTSC', 210, 291, 0x1e],
    ['SECAM', 250, 291, 0x1e],
    ['PAL', 250, 343, 0x1f],
  ] as const)(
    '%s: the height, the longest frame, and colour after an odd number of lines',
    (format, height, lines, pixel) => {
      // LDA #$1E; STA COLUBK, without end.
      const console = new Console(cartridge([0xa9, 0x1e, 0x85, 9, 0x4c, 2, 0xf0]), { format });
      for (let frame = 0; frame < 3; frame++) console.runFrame();
      expect([console.screenHeight, console.scanlines, console.screen[0]]).toEqual([height, lines, pixel]);
    },
  );
});

describe('the first line shown', () => {
  test('is the one that the cartridge asks for', () => {
    // LDX #0; lines, each in the colour of its number; 250 of them.
    const lines = [0xa2, 0, 0x86, 9, 0x85, 2, 0xe8, 0xe0, 250, 0xd0, 0xf7];
    const rom = cartridge([...vsync, ...lines, 0x4c, 0, 0xf0]);
    const rows = (yStart: number): number[] => {
      const console = new Console(rom, { yStart });
      for (let frame = 0; frame < 4; frame++) console.runFrame();
      return Array.from({ length: 200 }, (_, row) => console.screen[160 * row + 80]);
    };
    expect(rows(34).slice(0, 4)).toEqual([34, 34, 36, 36]);
    expect(rows(20).slice(14)).toEqual(rows(34).slice(0, 186));
    expect(rows(40).slice(0, 194)).toEqual(rows(34).slice(6));
  });

  test('counts where the rest of an unfinished frame is greyed', () => {
    // LDA #$1E; STA COLUBK; LDX #100; lines; JAM.
    const rom = cartridge([...vsync, 0xa9, 0x1e, 0x85, 9, 0xa2, 100, ...linesOfX, 0x85, 9, 0x02]);
    const console = new Console(rom, { yStart: 20, format: 'NTSC' });
    console.runFrame();
    console.runFrame();
    expect(console.scanlines).toBe(100);
    const rows = Array.from({ length: 200 }, (_, row) => console.screen[160 * row + 80]);
    expect(rows).toEqual(Array.from({ length: 200 }, (_, row) => (row < 80 ? 0x1e : 0)));
  });
});

test('the probability of sticky actions is kept in single precision', () => {
  // As such it is 1. Of the first draws of this seed's frames the one of frame 67 is 0.99999999.
  const arcade = new Arcade({ rom: framesOf(262, 1, 1), seed: 371965, repeatActionProbability: 0.99999998 });
  for (let frame = 0; frame < 70; frame++) arcade.act(3);
  expect(arcade.console.controls.swcha).toBe(0xff);
});
