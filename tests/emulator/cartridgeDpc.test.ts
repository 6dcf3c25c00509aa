/**
 * The DPC chip, asked by a program on the whole console: fetchers, flags, random numbers, voices. Expectations: US patent 4,644,495 and
 * Kevin Horton's description, as cited in cartridge/dpc.ts; numbers worked by hand.
 */
import { describe, expect, test } from 'bun:test';
import type { Console } from '../../src/emulator/console/console.ts';
import { copies, image, left, markerOf, played } from './cartridgePrograms.ts';

const layout = { size: 8192, bankSize: 4096, offset: 0x400, origin: 0xf400 };
const hex = (address: number): string => `$${address.toString(16)}`;
const range = (count: number): number[] => [...Array(count).keys()];

/** The byte that a counter of `counter` points at: data is stored back to front. */
const displayByte = (counter: number): number => ((0x7ff - counter) * 7 + ((0x7ff - counter) >> 8)) & 0xff;
const displayData = Uint8Array.from({ length: 2048 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

function playedDpc(program: string, more = 0): Console {
  const rom = image(`${program}\n done`, layout);
  return played(Uint8Array.from([...rom, ...displayData, ...new Uint8Array(more)]));
}

const write = (register: number, value: number): string => ` lda #${value}\n sta ${hex(register)}`;

/** Sets a fetcher's registers. */
function fetcher(number: number, values: { top?: number; bottom?: number; counter: number; music?: boolean }): string {
  const { top = 0, bottom = 0, counter, music = false } = values;
  return [
    write(0x1040 + number, top),
    write(0x1048 + number, bottom),
    write(0x1058 + number, (counter >> 8) | (music ? 0x10 : 0)),
    write(0x1050 + number, counter & 0xff),
  ].join('\n');
}

test('two banks, starting in the second one; images of all three sizes', () => {
  const program = `${copies([
    ['$f301', '$80'],
    ['$1ff8', '$81'],
    ['$f301', '$82'],
  ])}
 sta $1ff9
${copies([
  ['$f301', '$83'],
  ['$1045', '$84'],
  ['$1800', '$85'],
])}
 sta $1007
${copies([['$f302', '$86']])}`;
  const expected = [markerOf(1, 1), markerOf(0, 8), markerOf(0, 1), markerOf(1, 1), markerOf(1, 5), markerOf(1, 0)];
  for (const more of [0, 255, 256]) {
    const console = playedDpc(program, more);
    expect(console.cartridge.scheme).toBe('DPC');
    expect(left(console, 0x80, 7)).toEqual([...expected, markerOf(1, 2)]);
    console.systemReset();
    console.runFrame();
    expect(left(console, 0x80, 1)).toEqual([markerOf(1, 1)]);
  }
});

describe('fetchers', () => {
  test.each(range(8))('%d counts 11 bits down as it is read, and its data lies back to front', (number) => {
    const reads = copies(range(3).map((i) => [hex(0x1008 + number), hex(0x80 + i)] as const));
    const console = playedDpc(
      [fetcher(number, { counter: 0x601 }), reads, fetcher(number, { counter: 0 }), reads.replaceAll('$8', '$9')].join(
        '\n',
      ),
    );
    expect(left(console, 0x80, 3)).toEqual([0x601, 0x600, 0x5ff].map(displayByte));
    expect(left(console, 0x90, 3)).toEqual([0, 0x7ff, 0x7fe].map(displayByte));
  });

  test.each(range(8))('the flag of %d goes up at top and down at bottom, and a write to top clears it', (number) => {
    const reads = copies(range(7).map((i) => [hex(0x1038 + number), hex(0x80 + i)] as const));
    const flag = hex(0x1038 + number);
    const program = [
      fetcher(number, { top: 5, bottom: 2, counter: 0x307 }),
      reads,
      fetcher(number, { top: 5, bottom: 2, counter: 5 }),
      copies([[flag, '$90']]),
      write(0x1040 + number, 9),
      copies([[flag, '$91']]),
      // Put between top and bottom, the counter does not raise it.
      fetcher(number, { top: 5, bottom: 2, counter: 4 }),
      copies([[flag, '$92']]),
    ].join('\n');
    const console = playedDpc(program);
    expect(left(console, 0x80, 7)).toEqual([0, 0, 0xff, 0xff, 0xff, 0, 0]);
    expect(left(console, 0x90, 3)).toEqual([0xff, 0, 0]);
  });

  test('data through the flag: plain, halves exchanged, bits reversed, rotated right and left', () => {
    // Up at 0x40, and each read counts one down.
    const registers = [0x1012, 0x101a, 0x1022, 0x102a, 0x1032, 0x100a];
    const reads = copies(registers.map((register, i) => [hex(register), hex(0x80 + i)] as const));
    const up = [fetcher(2, { top: 0x40, bottom: 0, counter: 0x140 }), reads].join('\n');
    const data = range(6).map((i) => displayByte(0x140 - i));
    const bits = (value: number): string => value.toString(2).padStart(8, '0');
    const number = (text: string): number => Number.parseInt(text, 2);
    expect(left(playedDpc(up), 0x80, 6)).toEqual([
      data[0],
      number(bits(data[1]).slice(4) + bits(data[1]).slice(0, 4)),
      number([...bits(data[2])].reverse().join('')),
      number(bits(data[3]).slice(7) + bits(data[3]).slice(0, 7)),
      number(bits(data[4]).slice(1) + bits(data[4]).slice(0, 1)),
      data[5],
    ]);
    const down = [fetcher(2, { top: 0x60, bottom: 0, counter: 0x140 }), reads].join('\n');
    expect(left(playedDpc(down), 0x80, 6)).toEqual([0, 0, 0, 0, 0, data[5]]);
  });

  test('a read of a register to write and a write to one to read do nothing', () => {
    const program = `${fetcher(1, { counter: 0x123 })}
 bit $1051
 bit $1059
 sta $1009
${copies([['$1009', '$80']])}`;
    expect(left(playedDpc(program), 0x80, 1)).toEqual([displayByte(0x123)]);
  });

  test('they survive a reset of the console, which does not reach the cartridge', () => {
    const console = playedDpc(`${copies([['$1009', '$80']])}\n${fetcher(1, { counter: 0x123 })}`);
    console.systemReset();
    console.runFrame();
    expect(left(console, 0x80, 1)).toEqual([displayByte(0x123)]);
  });
});

describe('random numbers', () => {
  test('the first ones after a new start, by the polynomial', () => {
    const reads = range(8).map((i) => [hex(0x1000 + (i & 3)), hex(0x80 + i)] as const);
    // 1, shifted left; the bit that comes in is 1 where an even number of bits 7, 5, 4, 3 is set.
    const expected = [0x03, 0x07, 0x0f, 0x1e, 0x3d, 0x7a, 0xf4, 0xe8];
    for (const register of [0x1070, 0x1077]) {
      const console = playedDpc(`${copies([['$1000', '$90']])}\n${write(register, 0)}\n${copies(reads)}`);
      expect(left(console, 0x80, 8)).toEqual(expected);
    }
  });

  test('repeat after 255, not before; accesses to the other registers and to the last page of 64 bytes shift, too', () => {
    const skip = (count: number): string => ` ldx #${count}\n.skip${count} bit $1000\n dex\n bne .skip${count}`;
    const program = [
      write(0x1070, 0),
      copies([['$1001', '$80']]),
      // The read itself is one more: 51, 85 and 255 after the first.
      skip(50),
      copies([['$1001', '$81']]),
      skip(33),
      copies([['$1001', '$82']]),
      skip(169),
      copies([['$1001', '$83']]),
      // One more for the write to 0x1041, two for 0x1fd0 and 0x1038: the fourth read is the 0x1e above.
      write(0x1070, 0),
      ' jsr nothing\n jmp (target)\nnothing rts\ntarget .word on\non',
      ' sta $1041\n bit $1fd0\n bit $1038\n bit $1f80',
      copies([['$1001', '$84']]),
    ].join('\n');
    const [first, after51, after85, after255, fourth] = left(playedDpc(program), 0x80, 5);
    expect(first).toBe(0x03);
    expect(after51).not.toBe(first);
    expect(after85).not.toBe(first);
    expect(after255).toBe(first);
    expect(fourth).toBe(0x1e);
  });
});

describe('voices', () => {
  /** Of the oscillator, since the reset. */
  const clocksAt = (cycles: number): number => Math.floor((cycles * 20000) / (3579575 / 3));

  test('the volume of each set of voices that are up', () => {
    // A voice is up above its bottom; a clock of the oscillator, 60 cycles, has to pass before the flag shows it.
    const sets = range(8).map((set) => {
      const voices = range(3).map((voice) =>
        fetcher(5 + voice, { top: 200, bottom: set & (1 << voice) ? 9 : 250, counter: 0, music: true }),
      );
      return `${voices.join('\n')}\n ldx #20\n.wait${set} dex\n bne .wait${set}\n${copies([[hex(0x1004 + (set & 3)), hex(0x80 + set)]])}`;
    });
    expect(left(playedDpc(sets.join('\n')), 0x80, 8)).toEqual([0, 4, 5, 9, 6, 10, 11, 15]);
  });

  test('a fetcher that does not play is not heard, whatever its flag', () => {
    const program = `${fetcher(5, { top: 3, counter: 3 })}\n bit $103d\n${copies([
      ['$103d', '$80'],
      ['$1004', '$81'],
    ])}`;
    expect(left(playedDpc(program), 0x80, 2)).toEqual([0xff, 0]);
  });

  test('a voice goes round by itself while nobody listens', () => {
    // Cycles until a voice is heard: those of the loop, then 4 of the read.
    const loops = [60, 90, 120, 150, 180, 210, 240];
    const sets = loops.map((count, i) => {
      const start = fetcher(5, { top: 9, bottom: 4, counter: 0, music: true });
      return `${start}\n ldx #${count}\n.wait${i} dex\n bne .wait${i}\n${copies([['$1004', hex(0x80 + i)]])}`;
    });
    let cycles = 0;
    const expected = loops.map((count) => {
      const started = clocksAt(cycles + 24);
      // LDX 2; DEX 2 and BNE 3, but 2 the last time; LDA 4; STA 3.
      const clocks = clocksAt(cycles + 24 + 2 + 5 * count - 1 + 4) - started;
      cycles += 24 + 2 + 5 * count - 1 + 4 + 3;
      return (((9 - clocks) % 10) + 10) % 10 > 4 ? 4 : 0;
    });
    expect(new Set(expected)).toEqual(new Set([0, 4]));
    expect(left(playedDpc(sets.join('\n')), 0x80, loops.length)).toEqual(expected);
  });

  test('the oscillator counts a voice from top to top 20,000 times a second, and reads do not', () => {
    // Cycles since the reset: 2 + 4 for each write, which counts at its end.
    const program = `${fetcher(5, { top: 9, bottom: 4, counter: 0, music: true })}
 ldx #0
.sample lda $1004
 sta $80,x
 bit $100d
 bit $100d
 lda ($b0,x)
 inx
 cpx #48
 bne .sample`;
    const started = 4 * 6;
    // LDX 2; a sample: LDA 4, which is the read; STA 4, BIT 4 and 4, LDA 6, INX 2, CPX 2, BNE 3.
    const readAt = range(48).map((sample) => started + 2 + 4 + sample * 29);
    // The flag, cleared by the write to top, goes up with the first read of $100D: the counter is at top then.
    const expected = readAt.map((cycles, sample) => {
      const low = (((9 - (clocksAt(cycles) - clocksAt(started))) % 10) + 10) % 10;
      return sample > 0 && low > 4 ? 4 : 0;
    });
    expect(expected.join('')).toMatch(/^0+4+0+4+/);
    expect(left(playedDpc(program), 0x80, 48)).toEqual(expected);
  });
});
