/** The TIA: places of objects, movement, priorities, collisions, when a write shows. Expectations from reference console.md section 7. */
import { beforeEach, describe, expect, test } from 'bun:test';
import { hmoveDistance } from '../../src/emulator/tia/motion.ts';
import * as register from '../../src/emulator/tia/registers.ts';
import { Tia } from '../../src/emulator/tia/tia.ts';

const television = { yStart: 0, height: 100, maxLines: 290, colourLoss: false, hmoveBlanks: true };
const inputs = { inpt4: 0x80, inpt5: 0, resistances: [0, 0x7fffffff, 408823, 408823] };
const cyclesOfLine = 76;
/** CPU cycle of a line at which its first pixel is drawn: clock 69. */
const firstPixelCycle = 23;

const background = 0x02;
const player0 = 0x40;
const player1 = 0x80;
const playfield = 0xc0;

let tia: Tia;

beforeEach(() => {
  tia = new Tia(inputs, television);
  tia.reset(television);
  tia.startFrame(0);
  tia.poke(register.COLUBK, background, 0);
  tia.poke(register.COLUP0, player0, 0);
  tia.poke(register.COLUP1, player1, 0);
  tia.poke(register.COLUPF, playfield, 0);
});

/** Row `row` as the letters of what is seen: `.` background, 0, 1 the players' colours, F the playfield's, ` ` black. */
function line(row: number): string {
  tia.beam.due((row + 1) * 228 + 1);
  tia.beam.flush();
  const letters: Record<number, string> = {
    [background]: '.',
    [player0]: '0',
    [player1]: '1',
    [playfield]: 'F',
    0: ' ',
  };
  return Array.from(tia.raster.pixels.subarray(row * 160, row * 160 + 160), (pixel) => letters[pixel] ?? '?').join('');
}

const at = (...pieces: [number, string][]): string => {
  let text = '.'.repeat(160);
  for (const [x, piece] of pieces) text = text.slice(0, x) + piece + text.slice(x + piece.length);
  return text;
};

describe('where a strobe puts an object', () => {
  test('a player: pixel 3 in the blank, else five pixels behind the beam', () => {
    tia.poke(register.GRP0, 0xff, 0);
    tia.poke(register.RESP0, 0, 1);
    expect(line(1)).toBe(at([3, '00000000']));
    tia.poke(register.RESP0, 0, 3 * cyclesOfLine + 40);
    expect(line(4)).toBe(at([120 - 68 + 5, '00000000']));
  });

  test('a missile and the ball: pixel 2, else four pixels behind the beam', () => {
    tia.poke(register.ENAM0, 2, 0);
    tia.poke(register.ENABL, 2, 0);
    tia.poke(register.RESM0, 0, 1);
    tia.poke(register.RESBL, 0, 40);
    expect(line(1)).toBe(at([2, '0'], [120 - 68 + 4, 'F']));
  });

  test('the first copy waits for the next line after a strobe away from the player', () => {
    tia.poke(register.GRP0, 0xff, 0);
    tia.poke(register.NUSIZ0, 1, 0);
    tia.poke(register.RESP0, 0, 30);
    const x = 90 - 68 + 5;
    // The beam is in the second copy at the old place, which is finished.
    expect(line(0)).toBe(at([0, '00000000'], [16, '00000000'], [x + 16, '00000000']));
    expect(line(1)).toBe(at([x, '00000000'], [x + 16, '00000000']));
  });

  test('an object wraps at the end of the line', () => {
    tia.poke(register.GRP0, 0xff, 0);
    tia.poke(register.RESP0, 0, 74);
    expect(line(1)).toBe(at([159, '0'], [0, '0000000']));
  });
});

describe('size and copies', () => {
  const copies: [number, number[], number][] = [
    [0, [0], 1],
    [1, [0, 16], 1],
    [2, [0, 32], 1],
    [3, [0, 16, 32], 1],
    [4, [0, 64], 1],
    [5, [1], 2],
    [6, [0, 32, 64], 1],
    [7, [1], 4],
  ];
  test.each(copies)('a player with NUSIZ %d', (mode, offsets, width) => {
    tia.poke(register.NUSIZ0, mode, 0);
    tia.poke(register.GRP0, 0b10100001, 0);
    tia.poke(register.RESP0, 0, 1);
    const pattern = [...'0.0....0'].map((pixel) => pixel.repeat(width)).join('');
    expect(line(1)).toBe(at(...offsets.map((offset): [number, string] => [3 + offset, pattern])));
  });

  test.each([
    [0x00, 1],
    [0x10, 2],
    [0x20, 4],
    [0x30, 8],
  ])('a missile and the ball with size %d', (bits, width) => {
    tia.poke(register.NUSIZ1, bits | 1, 0);
    tia.poke(register.CTRLPF, bits, 0);
    tia.poke(register.ENAM1, 2, 0);
    tia.poke(register.ENABL, 2, 0);
    tia.poke(register.RESM1, 0, 1);
    tia.poke(register.RESBL, 0, 60);
    expect(line(1)).toBe(at([2, '1'.repeat(width)], [18, '1'.repeat(width)], [116, 'F'.repeat(width)]));
  });

  test('REFP mirrors, VDEL shows the older graphics', () => {
    tia.poke(register.RESP0, 0, 1);
    tia.poke(register.GRP0, 0b11010000, 0);
    tia.poke(register.REFP0, 8, 0);
    expect(line(1)).toBe(at([3, '....0.00']));
    tia.poke(register.REFP0, 0, 2 * cyclesOfLine);
    tia.poke(register.VDELP0, 1, 2 * cyclesOfLine);
    expect(line(2)).toBe(at());
    tia.poke(register.GRP1, 0, 3 * cyclesOfLine);
    expect(line(3)).toBe(at([3, '00.0....']));
  });
});

describe('the playfield', () => {
  test('bit order, repeated and mirrored', () => {
    tia.poke(register.PF0, 0x10, 0);
    tia.poke(register.PF1, 0x80, 0);
    tia.poke(register.PF2, 0x01, 0);
    const left = 'FFFF............FFFF............................FFFF'.padEnd(80, '.');
    expect(line(0)).toBe(left + left);
    tia.poke(register.CTRLPF, 1, cyclesOfLine);
    expect(line(1)).toBe(left + [...left].reverse().join(''));
  });

  test('a change of the mirroring late in a line waits for the next', () => {
    tia.poke(register.PF0, 0x10, 0);
    line(0);
    tia.poke(register.CTRLPF, 1, cyclesOfLine + 49);
    expect(line(1)).toBe(at([0, 'FFFF'], [80, 'FFFF']));
    expect(line(2)).toBe(at([0, 'FFFF'], [156, 'FFFF']));
  });

  test.each([
    [0, 4],
    [1, 5],
    [2, 2],
    [3, 3],
  ])('PF1 written in cycle %d modulo 4 shows %d clocks later', (phase, delay) => {
    const cycle = 28 + phase;
    tia.poke(register.PF1, 0xff, cycle);
    const start = 3 * cycle - 68 + delay;
    expect(line(0)).toBe(at([start, 'F'.repeat(48 - start)], [96, 'F'.repeat(32)]));
  });

  test('score mode takes the colours of the players by half', () => {
    tia.poke(register.PF2, 0xff, 0);
    tia.poke(register.CTRLPF, 2, 0);
    expect(line(0)).toBe(at([48, '0'.repeat(32)], [128, '1'.repeat(32)]));
  });
});

describe('priorities', () => {
  /** Player 0 at 3..10, player 1 at 7..14 or so, and a playfield under all of it. */
  function overlap(ctrlpf: number): string {
    tia.poke(register.PF0, 0xf0, 0);
    tia.poke(register.CTRLPF, ctrlpf, 0);
    tia.poke(register.GRP0, 0xff, 0);
    tia.poke(register.GRP1, 0xff, 0);
    tia.poke(register.RESP0, 0, 1);
    tia.poke(register.RESP1, 0, 1);
    tia.poke(register.HMP1, 0xc0, 1);
    tia.poke(register.HMOVE, 0, cyclesOfLine);
    return line(2).slice(0, 20);
  }

  test('players lie above the playfield, player 0 above player 1', () => {
    expect(overlap(0)).toBe('FFF000000001111F....');
  });

  test('with the priority bit the playfield lies above all', () => {
    expect(overlap(4)).toBe('FFFFFFFFFFFFFFFF....');
  });

  test('in score mode the left half of the playfield hides player 1', () => {
    expect(overlap(2)).toBe('0000000000000000....');
  });

  test('score colours show in spite of the priority bit when the playfield is alone', () => {
    tia.poke(register.PF2, 0xff, 0);
    tia.poke(register.CTRLPF, 6, 0);
    expect(line(0)).toBe(at([48, '0'.repeat(32)], [128, '1'.repeat(32)]));
    tia.poke(register.ENABL, 2, cyclesOfLine);
    tia.poke(register.RESBL, 0, cyclesOfLine);
    expect(line(1)).toBe(at([2, 'F'], [48, 'F'.repeat(32)], [128, 'F'.repeat(32)]));
  });
});

describe('HMOVE', () => {
  test('early in a line it moves by HMxx: 7 left to 8 right', () => {
    for (let nibble = 0; nibble < 16; nibble++) {
      expect(hmoveDistance[nibble]).toBe(nibble < 8 ? 0 - nibble : 16 - nibble);
    }
  });

  test.each([
    [21, 7, 0],
    [21, 8, 0],
    [54, 8, 0],
    [20, 7, 6],
    [20, 8, 8],
    [10, 7, -2],
    [55, 8, 0],
    [55, 7, -1],
    [74, 7, -15],
    [74, 8, 0],
    [75, 7, -7],
    [75, 8, 8],
  ])('in cycle %d with HMxx %d', (cycle, nibble, distance) => {
    expect(hmoveDistance[cycle * 16 + nibble]).toBe(distance);
  });

  test('moves all five objects and blanks eight pixels', () => {
    for (const strobe of [register.RESP0, register.RESP1, register.RESM0, register.RESM1, register.RESBL]) {
      tia.poke(strobe, 0, 60);
    }
    const before = { ...tia.state };
    for (const hm of [register.HMP0, register.HMP1, register.HMM0, register.HMM1, register.HMBL]) {
      tia.poke(hm, 0x30, 61);
    }
    tia.poke(register.HMOVE, 0, cyclesOfLine);
    expect([tia.state.posp0, tia.state.posp1, tia.state.posm0, tia.state.posm1, tia.state.posbl]).toEqual(
      [before.posp0, before.posp1, before.posm0, before.posm1, before.posbl].map((x) => x - 3),
    );
    expect(line(1)).toBe(at([0, ' '.repeat(8)]));
    expect(line(2)).toBe(at());
  });

  test('does not blank where the cartridge says so', () => {
    const without = { ...television, hmoveBlanks: false };
    tia.reset(without);
    tia.startFrame(0);
    tia.poke(register.COLUBK, background, 0);
    tia.poke(register.HMOVE, 0, 0);
    expect(line(0)).toBe(at());
  });
});

describe('collisions', () => {
  /** Registers CXM0P to CXPPMM as read at the end of the picture, bits 7 and 6. */
  const read = (cycles: number): number[] =>
    Array.from({ length: 8 }, (_, index) => tia.peek(index, cycles, 0xff) >> 6);

  test('all fifteen pairs, each in its bit', () => {
    const enables: Record<string, () => void> = {
      P0: () => tia.poke(register.GRP0, 0x80, 1),
      P1: () => tia.poke(register.GRP1, 0x80, 1),
      M0: () => tia.poke(register.ENAM0, 2, 1),
      M1: () => tia.poke(register.ENAM1, 2, 1),
      BL: () => tia.poke(register.ENABL, 2, 1),
      PF: () => tia.poke(register.PF0, 0x10, 1),
    };
    // Register and bit of each pair (Stella Programmer's Guide, collision latches).
    const pairs: [string, string, number, number][] = [
      ['M0', 'P1', 0, 2],
      ['M0', 'P0', 0, 1],
      ['M1', 'P0', 1, 2],
      ['M1', 'P1', 1, 1],
      ['P0', 'PF', 2, 2],
      ['P0', 'BL', 2, 1],
      ['P1', 'PF', 3, 2],
      ['P1', 'BL', 3, 1],
      ['M0', 'PF', 4, 2],
      ['M0', 'BL', 4, 1],
      ['M1', 'PF', 5, 2],
      ['M1', 'BL', 5, 1],
      ['BL', 'PF', 6, 2],
      ['P0', 'P1', 7, 2],
      ['M0', 'M1', 7, 1],
    ];
    for (const [one, other, index, bit] of pairs) {
      tia.reset(television);
      tia.startFrame(0);
      // Everything at pixel 3: missiles and the ball start at 2 and move one to the right.
      for (const strobe of [register.RESP0, register.RESP1, register.RESM0, register.RESM1, register.RESBL]) {
        tia.poke(strobe, 0, 0);
      }
      for (const hm of [register.HMM0, register.HMM1, register.HMBL]) tia.poke(hm, 0xf0, 0);
      tia.poke(register.HMOVE, 0, 0);
      enables[one]();
      enables[other]();
      const expected = [0, 0, 0, 0, 0, 0, 0, 0];
      expected[index] = bit;
      expect([one, other, ...read(cyclesOfLine)]).toEqual([one, other, ...expected]);
      tia.poke(register.CXCLR, 0, cyclesOfLine);
      expect(read(cyclesOfLine)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    }
  });

  test('only where the beam has been, and not while VBLANK is on', () => {
    tia.poke(register.PF0, 0xf0, 0);
    tia.poke(register.GRP0, 0xff, 0);
    tia.poke(register.RESP0, 0, 0);
    expect(read(firstPixelCycle)[2]).toBe(0);
    expect(read(firstPixelCycle + 2)[2]).toBe(2);
    tia.poke(register.CXCLR, 0, cyclesOfLine);
    tia.poke(register.VBLANK, 2, cyclesOfLine);
    expect(read(2 * cyclesOfLine)[2]).toBe(0);
    expect(line(1)).toBe(' '.repeat(160));
  });
});

test('RESMP lets the missile go at the middle of its player', () => {
  for (const [mode, offset] of [
    [0, 4],
    [5, 8],
    [7, 16],
  ]) {
    tia.poke(register.NUSIZ0, mode, 0);
    tia.poke(register.RESP0, 0, 1);
    tia.poke(register.RESMP0, 2, 1);
    tia.poke(register.RESMP0, 0, 1);
    expect(tia.state.posm0).toBe(3 + offset);
  }
});

test('the star field of Cosmic Ark: HMM0 from 7 to 6, 21 cycles after HMOVE', () => {
  tia.poke(register.ENAM0, 2, 0);
  tia.poke(register.RESM0, 0, 60);
  tia.poke(register.HMM0, 0x70, 60);
  tia.poke(register.HMOVE, 0, cyclesOfLine);
  tia.poke(register.HMM0, 0x60, cyclesOfLine + 21);
  const x = 60 * 3 - 68 + 4 - 7;
  expect(line(1)).toBe(at([0, ' '.repeat(8)], [x, '0']));
  // Steps to the left of 33, 0, 17, 18; one line two pixels wide, one without the missile.
  expect(line(2)).toBe(at([x - 33, '00']));
  expect(line(3)).toBe(at());
  expect(line(4)).toBe(at([x - 33 - 17, '0']));
  expect(line(5)).toBe(at([x - 33 - 17 - 18, '0']));
});

describe('inputs', () => {
  test('fire buttons, and the low bits from the bus', () => {
    expect([tia.peek(0x0c, 0, 0x7f), tia.peek(0x3d, 0, 0x55), tia.peek(0x0e, 0, 0xff)]).toEqual([0xbf, 0x15, 0x3f]);
  });

  test('a paddle charges its capacitor in proportion to its resistance', () => {
    // 1.6 * 408,823 ohm * 10 nF at 1.19 MHz.
    const needed = 7783;
    tia.poke(register.VBLANK, 0x80, 10);
    expect([0, 1, 2].map((index) => tia.peek(8 + index, 20000, 0) >> 7)).toEqual([1, 0, 0]);
    tia.poke(register.VBLANK, 0, 1000);
    expect(tia.peek(10, 1000 + needed, 0) >> 7).toBe(0);
    expect(tia.peek(10, 1000 + needed + 1, 0) >> 7).toBe(1);
    expect(tia.peek(9, 100000, 0) >> 7).toBe(0);
  });
});

describe('the end of a frame', () => {
  test('VSYNC off, at least a line after VSYNC on', () => {
    tia.poke(register.VSYNC, 2, 100);
    tia.poke(register.VSYNC, 0, 100 + 75);
    expect(tia.frameDone).toBe(false);
    tia.poke(register.VSYNC, 0, 100 + 76);
    expect(tia.frameDone).toBe(true);
  });

  test('or a write after too many lines', () => {
    tia.poke(register.HMCLR, 0, 291 * cyclesOfLine - 1);
    expect(tia.frameDone).toBe(false);
    tia.poke(register.HMCLR, 0, 291 * cyclesOfLine);
    expect(tia.frameDone).toBe(true);
  });
});
