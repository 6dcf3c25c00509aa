/**
 * The Supercharger, with programs of its own on the whole console: loading, banks, the five accesses of a write, further parts of a tape.
 * Expectations: Salomon's sctech.txt, Colbert's tape format, Mott's and Stolberg's letters, as cited in cartridge/supercharger.ts.
 */
import { describe, expect, test } from 'bun:test';
import type { CartridgeSpace } from '../../src/emulator/cartridge/cartridge.ts';
import { createCartridge } from '../../src/emulator/cartridge/identify.ts';
import { Console } from '../../src/emulator/console/console.ts';
import { assemble, copies, left, played } from './cartridgePrograms.ts';

const range = (count: number): number[] => [...Array(count).keys()];
const hex = (value: number): string => `$${value.toString(16)}`;

interface Part {
  readonly number?: number;
  readonly start?: number;
  /** Bits 2..4: banks; bit 1: RAM can be written. */
  readonly control?: number;
  /** Runs at 0xF100 and on: bank 1, which `lowerBank1` puts there. */
  readonly program: string;
  readonly pageCount?: number;
}

/** Bank 1 below, the ROM above. */
const lowerBank1 = 1 << 2;
const writable = 2;
/** By bits 2..4: which bank lies below and above; 0 is the ROM. */
const layouts = [
  [3, 0],
  [1, 0],
  [3, 1],
  [1, 3],
  [3, 0],
  [2, 0],
  [3, 2],
  [2, 3],
];

/** A part of a tape: 24 pages in order, each byte of bank b (1..3) 0xB0 + b but for the program. */
function part({ number = 0, start = 0xf100, control = lowerBank1, program, pageCount = 24 }: Part): Uint8Array {
  const bytes = new Uint8Array(8448);
  for (let bank = 0; bank < 3; bank++) bytes.fill(0xb1 + bank, bank * 2048, (bank + 1) * 2048);
  bytes.set(assemble(`${program}\n done`, 0xf100), 0x100);
  bytes.set([start & 0xff, start >> 8, control, pageCount, 0, number], 8192);
  for (let page = 0; page < 24; page++) bytes[8192 + 16 + page] = ((page & 7) << 2) | (page >> 3);
  return bytes;
}

const hold = (value: number): string => ` ldx #${value}\n cmp $f000,x`;
const write = (value: number, address: string): string => `${hold(value)}\n nop\n cmp ${address}`;

describe('loading', () => {
  test('fills the banks, clears the rest, leaves the control byte in $80 and starts the game', () => {
    const console = played(
      part({
        program: copies([
          ['$f7ff', '$90'],
          ['$80', '$91'],
        ]),
      }),
    );
    expect(left(console, 0x90, 2)).toEqual([0xb1, lowerBank1]);
    expect(left(console, 0xa0, 0x5a)).toEqual(Array(0x5a).fill(0));
    expect(console.cartridge.scheme).toBe('AR');
    expect([0x7ff, 0x800, 0xfff, 0x1000, 0x17ff].map((at) => console.cartridgeRam[at])).toEqual([
      0xb1, 0xb2, 0xb2, 0xb3, 0xb3,
    ]);
  });

  test('puts each page where the table says, and no more pages than there are', () => {
    const tape = part({ program: '', pageCount: 3 });
    tape.fill(0x77, 0x200, 0x300);
    // The third page goes to bank 3, page 5; the program's stays; the first has a bank that is ROM.
    tape[8192 + 16] = 3;
    tape[8192 + 16 + 2] = (5 << 2) | 2;
    const { cartridgeRam } = played(tape);
    expect(cartridgeRam[2 * 2048 + 5 * 256]).toBe(0x77);
    expect(cartridgeRam[2 * 2048 + 5 * 256 + 255]).toBe(0x77);
    expect(cartridgeRam.reduce((used, byte) => used + (byte === 0 ? 0 : 1), 0)).toBeLessThanOrEqual(512);
  });

  test('more pages than a part has are those that it has', () => {
    const { cartridgeRam } = played(part({ program: '', pageCount: 255 }));
    expect([0, 0xff, 0x7ff, 0x17ff].map((at) => cartridgeRam[at])).toEqual([0xb1, 0xb1, 0xb1, 0xb3]);
  });

  test('a reset loads the first part again, into RAM that is 0', () => {
    const console = played(
      part({ control: lowerBank1 | writable, program: `${copies([['$f234', '$90']])}\n${write(0x5a, '$f234')}` }),
    );
    expect(console.cartridgeRam[0x234]).toBe(0x5a);
    console.systemReset();
    expect(console.cartridgeRam.every((byte) => byte === 0)).toBe(true);
    console.runFrame();
    expect(left(console, 0x90, 1)).toEqual([0xb1]);
  });
});

describe('banks', () => {
  test.each(range(32))('control byte %d', (control) => {
    // A routine in RIOT RAM: the program's own bank may go.
    const routine = `
 ldx #${control}
 cmp $f000,x
 cmp $fff8
 lda $f300
 sta $80
 lda $fb00
 sta $81
 ${write(0x99, '$f300')}
 ${write(0x98, '$fb00')}
 lda $f300
 sta $82
 lda $fb00
 sta $83
 done`;
    const bytes = assemble(routine, 0xa0);
    const copy = [...bytes].map((byte, i) => ` lda #${byte}\n sta ${hex(0xa0 + i)}`).join('\n');
    const console = played(part({ program: `${copy}\n jmp $00a0` }));
    const [lower, upper] = layouts[control >> 2].map((bank) => (bank === 0 ? 0 : 0xb0 + bank));
    const written = (control & writable) !== 0;
    expect(left(console, 0x80, 4)).toEqual([
      lower,
      upper,
      written ? 0x99 : lower,
      written && upper !== 0 ? 0x98 : upper,
    ]);
  });
});

describe('writes', () => {
  const played1 = (program: string, control = lowerBank1 | writable): number[] => [
    ...played(part({ control, program })).cartridgeRam,
  ];
  const at = 0x234;

  test.each([
    ['CMP', ' nop\n cmp $f234'],
    ['STA', ' nop\n sta $f234'],
    ['a pointer, which is read from RIOT RAM', ' cmp ($a0),y'],
    ['a mirror', ' nop\n lda $3234'],
    ['an instruction that reads and writes, once', ' nop\n inc $f234'],
  ])('the fifth access, by %s', (_, sequence) => {
    const pointer = ' lda #$34\n sta $a0\n lda #$f2\n sta $a1\n ldy #0\n';
    expect(played1(`${pointer}${hold(0x5a)}\n${sequence}`)[at]).toBe(0x5a);
  });

  test.each([
    ['the fourth access', ' cmp $f234'],
    ['the sixth', ' nop\n nop\n cmp $f234'],
    ['an access after one of RIOT RAM', ' lda $90\n nop\n cmp $f234'],
  ])('%s does not write', (_, sequence) => {
    const ram = played1(`${hold(0x5a)}\n${sequence}\n nop\n nop`);
    expect(ram[at]).toBe(0xb1);
  });

  test('code at the fifth access is written, too', () => {
    const program = `${hold(0x9a)}\n nop\n nop\n nop\n nop\n nop`;
    const ram = played1(program);
    const expected = [...assemble(program, 0xf100)];
    expected[5 + 4] = 0x9a;
    expect(ram.slice(0x100, 0x100 + expected.length)).toEqual(expected);
  });

  test('the same address twice running counts once', () => {
    // INC reads and writes one address: opcode, two bytes of operand, RAM, and the fifth is the opcode of CMP.
    const ram = played1(`${hold(0xea)}\n inc $01a0\n cmp #0`);
    expect(ram.slice(0x105, 0x10a)).toEqual([0xee, 0xa0, 0x01, 0xea, 0x00]);
  });

  test('a byte waits alone: another access to $F000..$F0FF meanwhile is where it is written', () => {
    const ram = played1(`${hold(0x5a)}\n nop\n cmp $f077\n${write(0x5b, '$f234')}`);
    expect(ram[0x77]).toBe(0x5a);
    expect(ram[at]).toBe(0x5b);
  });

  test('the read that writes gives the new byte', () => {
    const console = played(
      part({ control: lowerBank1 | writable, program: `${hold(0x5a)}\n nop\n lda $f234\n sta $90` }),
    );
    expect(left(console, 0x90, 1)).toEqual([0x5a]);
  });

  test('writing can be switched off and on', () => {
    const program = [
      write(0x11, '$f234'),
      `${hold(lowerBank1)}\n nop\n cmp $fff8`,
      write(0x22, '$f235'),
      `${hold(lowerBank1 | writable)}\n cmp $fff8`,
      write(0x33, '$f236'),
    ].join('\n');
    expect(played1(program).slice(at, at + 3)).toEqual([0x11, 0xb1, 0x33]);
  });

  test('the operand of a store of five cycles is not taken for the target of a pointer', () => {
    const program = `${hold(0x5a)}\n sta $f1f0,x`;
    const expected = [...assemble(program, 0xf100)];
    expect(played1(program).slice(0x100, 0x100 + expected.length)).toEqual(expected);
  });

  test('a store without a byte that waits is lost', () => {
    expect(played1(' lda #1\n sta $f234')[at]).toBe(0xb1);
  });
});

describe('further parts', () => {
  const askFor = (number: number): string => ` lda #$42\n sta $b0\n lda #${number}\n sta $fa\n jmp $f800`;
  const second = part({
    number: 3,
    program: copies([
      ['$f7ff', '$90'],
      ['$b0', '$91'],
      ['$80', '$92'],
    ]),
  });
  second.fill(0xc1, 0x700, 0x800);

  test('a jump to $F800 loads the part whose number is in $FA; RIOT RAM stays', () => {
    const tape = Uint8Array.from([...part({ program: askFor(3) }), ...part({ number: 2, program: '' }), ...second]);
    expect(left(played(tape), 0x90, 3)).toEqual([0xc1, 0x42, lowerBank1]);
  });

  test('the first part is loaded whatever its number', () => {
    const first = part({ number: 7, program: copies([['$f7ff', '$90']]) });
    expect(left(played(Uint8Array.from([...first, ...second])), 0x90, 1)).toEqual([0xb1]);
  });

  test('a part that is not there is waited for', () => {
    const console = played(Uint8Array.from([...part({ program: askFor(4) }), ...second]));
    for (let frame = 0; frame < 3; frame++) console.runFrame();
    expect(left(console, 0x90, 1)).toEqual([0]);
    expect(left(console, 0x80, 1)).toEqual([lowerBank1]);
    expect(console.cartridgeRam[0x7ff]).toBe(0xb1);
  });

  test('numbers of the last addresses: 255', () => {
    const last = part({ number: 255, program: copies([['$f7ff', '$90']]) });
    expect(left(played(Uint8Array.from([...part({ program: askFor(255) }), ...last])), 0x90, 1)).toEqual([0xb1]);
  });
});

test('a snapshot while a byte waits plays on as if there had been none', () => {
  // VSYNC ends a frame at the third access; the fifth, in the next one, is the operand of CMP: a new byte in each frame.
  const program = `.loop lda #2
 sta $00
 sta $02
 sta $02
 inc $90
 ldx $90
 lda #0
 cmp $f000,x
 sta $00
.operand cmp #0
 jmp .loop`;
  const rom = part({ control: lowerBank1 | writable, program });
  const operand = 0x100 + 20;
  const options = { format: 'NTSC' } as const;
  const console = new Console(rom, options);
  console.runFrame();
  for (let frame = 0; frame < 5; frame++) {
    const other = new Console(rom, options);
    const snapshot = console.snapshot();
    other.restore(snapshot);
    expect(other.snapshot()).toEqual(snapshot);
    const waiting = console.ram[0x10];
    expect(console.cartridgeRam[operand]).not.toBe(waiting);
    console.runFrame();
    other.runFrame();
    expect([console.cartridgeRam[operand], other.cartridgeRam[operand]]).toEqual([waiting, waiting]);
    expect(other.snapshot()).toEqual(console.snapshot());
  }
});

test('the ROM is not written, nor what lies behind the RAM', () => {
  const cartridge = createCartridge(part({ program: '' }));
  const space: CartridgeSpace = {
    cartridgeRam: new Uint8Array(4 * 2048),
    ...{ mapRom() {}, mapRomA13() {}, mapRamRead() {}, mapRamWrite() {}, unmapWrite() {}, watch() {}, watchAll() {} },
  };
  cartridge.attach(space);
  cartridge.reset({ nextU32: () => 0 });
  const accessAll = (...addresses: number[]): void => {
    for (const address of addresses) cartridge.access(address, -1, 0);
  };
  accessAll(0x1000 + (lowerBank1 | writable), 0x1ff8);
  accessAll(0x105a, 0x1900, 0x1901, 0x1902, 0x1903, 0x1904);
  expect(space.cartridgeRam.every((byte) => byte === 0)).toBe(true);
  accessAll(0x105a, 0x1900, 0x1901, 0x1902, 0x1903, 0x1204);
  expect(space.cartridgeRam[0x204]).toBe(0x5a);
});

test('the ROM is 2 KiB of our own, shown above after power-on', () => {
  const cartridge = createCartridge(part({ program: '' }));
  expect(cartridge.rom.length).toBe(8448 + 2048);
});
