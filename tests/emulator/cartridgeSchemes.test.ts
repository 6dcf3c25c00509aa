/**
 * What each bank-switching scheme selects, as a program on the whole console finds it: hotspots read and written, what a hotspot's read
 * gives, RAM and its ports, mirrors, the bank after a reset. Expectations: reference console.md section 9, public hardware descriptions
 * as cited in the cartridges' files. DPC and the Supercharger: their own files.
 */
import { describe, expect, test } from 'bun:test';
import type { Scheme } from '../../src/emulator/cartridge/schemes.ts';
import { Console } from '../../src/emulator/console/console.ts';
import { Mt19937 } from '../../src/random.ts';
import { copies, image, left, markerOf, played } from './cartridgePrograms.ts';

const hex = (address: number): string => `$${address.toString(16)}`;
const range = (count: number): number[] => [...Array(count).keys()];

/** Schemes of 4 KiB banks: size, first hotspot, bank after a reset, bytes of RAM. */
const banked: [Scheme, number, number, number, number][] = [
  ['F8', 8192, 0x1ff8, 1, 0],
  ['F8SC', 8192, 0x1ff8, 1, 128],
  ['F6', 16384, 0x1ff6, 0, 0],
  ['F6SC', 16384, 0x1ff6, 0, 128],
  ['F4', 32768, 0x1ff4, 0, 0],
  ['F4SC', 32768, 0x1ff4, 0, 128],
  ['FASC', 12288, 0x1ff8, 2, 256],
];

describe.each(banked)('%s', (scheme, size, hotspot, start, ramSize) => {
  const banks = range(size / 4096);
  const layout = { size, bankSize: 4096, offset: 0x400, origin: 0xf400 };

  test('starts in its bank, and a read of a hotspot selects and is answered by the new bank', () => {
    const steps = banks.map((bank) =>
      copies([
        [hex(hotspot + bank), hex(0x90 + bank)],
        ['$f301', hex(0xa0 + bank)],
      ]),
    );
    const console = played(image([copies([['$f301', '$80']]), ...steps, ' done'].join('\n'), layout), scheme);
    expect(left(console, 0x80, 1)).toEqual([markerOf(start, 1)]);
    expect(left(console, 0x90, banks.length)).toEqual(banks.map((bank) => markerOf(bank, hotspot + bank)));
    expect(left(console, 0xa0, banks.length)).toEqual(banks.map((bank) => markerOf(bank, 1)));
  });

  test('a write selects, too, in every mirror, and the addresses beside the hotspots do not', () => {
    const steps = banks.map(
      (bank) => ` sta ${hex((hotspot + bank) | 0x4000)}\n${copies([['$1301', hex(0x90 + bank)]])}`,
    );
    const beside = ` bit ${hex(hotspot - 1)}\n bit ${hex(hotspot + banks.length)}\n${copies([['$1301', '$80']])}`;
    const console = played(image([...steps, beside, ' done'].join('\n'), layout), scheme);
    expect(left(console, 0x90, banks.length)).toEqual(banks.map((bank) => markerOf(bank, 1)));
    expect(left(console, 0x80, 1)).toEqual([markerOf(banks.length - 1, 1)]);
  });

  test('a reset goes back to its bank', () => {
    const other = (start + 1) % banks.length;
    const console = played(image(`${copies([['$f301', '$80']])}\n bit ${hex(hotspot + other)}\n done`, layout), scheme);
    console.ram.fill(0);
    console.systemReset();
    console.runFrame();
    expect(left(console, 0x80, 1)).toEqual([markerOf(start, 1)]);
  });

  if (ramSize === 0) return;

  test('has RAM with a port to write and one to read, in every bank', () => {
    const last = ramSize - 1;
    const program = `
 lda #$5a
 sta $1000
 lda #$a5
 sta ${hex(0x1000 + last)}
 sta ${hex(0x1000 + ramSize)}
 inc $1005
 bit ${hex(hotspot)}
${copies([
  [hex(0x1000 + ramSize), '$80'],
  [hex(0x1000 + ramSize + last), '$81'],
  ['$1000', '$82'],
  [hex(0x1005 + ramSize), '$83'],
  [hex(0x1000 + 2 * ramSize), '$84'],
])}
 done`;
    const console = played(image(program, layout), scheme);
    // The port to write gives ROM, so INC there stores one more than that; a write to the port to read is lost.
    expect(left(console, 0x80, 5)).toEqual([0x5a, 0xa5, markerOf(0, 0), markerOf(start, 5) + 1, markerOf(0, 0)]);
  });

  test('holds noise after power-on, drawn after that of RIOT RAM and timer', () => {
    const random = new Mt19937(4753849);
    for (let draw = 0; draw < 128 + 1 + 1; draw++) random.nextU32();
    const noise = range(ramSize).map(() => random.nextU32() & 0xff);
    const console = new Console(image(' done', layout), { bankswitch: scheme, format: 'NTSC' });
    expect([...console.cartridgeRam]).toEqual(noise);
  });
});

test('2K appears twice, in every mirror; writes are lost', () => {
  const layout = { size: 2048, bankSize: 2048, offset: 0x400, origin: 0xfc00 };
  const program = ` inc $1003\n${copies([
    ['$f003', '$80'],
    ['$7805', '$81'],
    ['$1003', '$82'],
  ])}\n done`;
  expect(left(played(image(program, layout)), 0x80, 3)).toEqual([3, 5, 3]);
});

test('CV: 1K of RAM read from $1000 and written from $1400 on, 2K of ROM from $1800 on', () => {
  const layout = { size: 2048, bankSize: 2048, offset: 0x100, origin: 0xf900 };
  const program = `
 lda #$77
 sta $1400
 lda #$88
 sta $17ff
 sta $1001
${copies([
  ['$1000', '$80'],
  ['$13ff', '$81'],
  ['$1403', '$82'],
  ['$1805', '$83'],
])}
 lda $1402
 inc $1402
${copies([['$1002', '$84']])}
 done`;
  const console = played(image(program, layout), 'CV');
  // Where RAM is written, reading gives the ROM: INC stores one more than that.
  expect(left(console, 0x80, 5)).toEqual([0x77, 0x88, 3, 5, 3]);
  const random = new Mt19937(4753849);
  for (let draw = 0; draw < 128 + 1 + 1; draw++) random.nextU32();
  const noise = range(1024).map(() => random.nextU32() & 0xff);
  expect(console.cartridgeRam[1]).toBe(noise[1]);
  expect([...console.cartridgeRam.subarray(3, 1023)]).toEqual(noise.slice(3, 1023));
});

test('CV of 4K: its first 1K is what the RAM holds after every reset, its second half the ROM', () => {
  const layout = { size: 2048, bankSize: 2048, offset: 0x100, origin: 0xf900 };
  const rom = image(`${copies([['$1007', '$80']])}\n inc $1407\n lda #9\n sta $1407\n done`, layout);
  const saved = Uint8Array.from({ length: 2048 }, (_, i) => 255 - (i & 0x7f));
  const console = played(Uint8Array.from([...saved, ...rom]), 'CV');
  expect(left(console, 0x80, 1)).toEqual([248]);
  expect(console.cartridgeRam[7]).toBe(9);
  console.systemReset();
  expect([...console.cartridgeRam]).toEqual([...saved.subarray(0, 1024)]);
});

describe('E0', () => {
  test('three slots of 1K choose among eight slices, the last one stays', () => {
    const layout = { size: 8192, bankSize: 1024, offset: 0x200, origin: 0xfe00 };
    const slots = (to: number): string =>
      copies(['$f101', '$f501', '$f901', '$fd01'].map((from, slot) => [from, hex(to + slot)] as const));
    const program = [
      slots(0x80),
      copies([
        ['$1fe1', '$90'],
        ['$1fea', '$91'],
        ['$1ff3', '$92'],
      ]),
      slots(0x84),
      ' sta $1fe7\n sta $1fe8\n sta $1ff6\n sta $1ff8\n sta $1fdf',
      slots(0x88),
      ' done',
    ].join('\n');
    const console = played(image(program, layout), 'E0');
    expect(left(console, 0x80, 4)).toEqual([4, 5, 6, 7].map((slice) => markerOf(slice, 1)));
    expect(left(console, 0x84, 4)).toEqual([1, 2, 3, 7].map((slice) => markerOf(slice, 1)));
    expect(left(console, 0x88, 4)).toEqual([7, 0, 6, 7].map((slice) => markerOf(slice, 1)));
    expect(left(console, 0x90, 3)).toEqual([1, 10, 3].map((offset) => markerOf(7, offset)));
  });
});

describe('E7', () => {
  test('slices of 2K or 1K of RAM below, 1.5K of ROM and one of four pages of RAM above', () => {
    const layout = { size: 16384, bankSize: 2048, offset: 0x300, origin: 0xfb00 };
    const slices = range(7).map((slice) =>
      copies([
        [hex(0x1fe0 + slice), '$8f'],
        ['$1001', hex(0x80 + slice)],
      ]),
    );
    const pages = range(4).map((page) => ` bit ${hex(0x1fe8 + page)}\n lda #${page + 1}\n sta $1842`);
    const pagesBack = range(4).map((page) => ` sta ${hex(0x1fe8 + page)}\n${copies([['$1942', hex(0x90 + page)]])}`);
    const program = [
      ...slices,
      ' bit $1fe7\n bit $1fe3\n lda #$66\n sta $1010\n bit $1fe7\n lda #$55\n sta $1011',
      copies([
        ['$1411', '$a0'],
        ['$1011', '$a1'],
        ['$1a01', '$a2'],
        ['$1802', '$a3'],
      ]),
      ...pages,
      ...pagesBack,
      copies([['$1410', '$a4']]),
      ' done',
    ].join('\n');
    const console = played(image(program, layout), 'E7');
    expect(left(console, 0x80, 7)).toEqual(range(7).map((slice) => markerOf(slice, 1)));
    expect(left(console, 0x90, 4)).toEqual([1, 2, 3, 4]);
    expect(left(console, 0xa0, 4)).toEqual([0x55, markerOf(7, 1), markerOf(7, 1), markerOf(7, 2)]);
    // What was written while ROM was there did not reach RAM.
    expect(left(console, 0xa4, 1)).toEqual([console.cartridgeRam[0x10]]);
    expect(console.cartridgeRam[0x10]).not.toBe(0x66);
  });
});

test('FE: the bank is that of address line A13', () => {
  const layout = { size: 8192, bankSize: 4096, offset: 0x400, origin: 0xf400 };
  const program = `${copies([
    ['$f101', '$80'],
    ['$d101', '$81'],
    ['$3101', '$82'],
    ['$1101', '$83'],
  ])}\n done`;
  const expected = [0, 1, 0, 1].map((bank) => markerOf(bank, 1));
  expect(left(played(image(program, layout), 'FE'), 0x80, 4)).toEqual(expected);
});

describe('3F', () => {
  // The program lies in the last bank, which stays.
  const layout = { size: 16384, bankSize: 2048, offset: 0x100, origin: 0xf900 };

  test('a write to $00..$3F selects the bank below; the last one stays above', () => {
    const selected = (address: string, bank: number, to: string): string =>
      ` lda #${bank}\n sta ${address}\n${copies([['$1001', to]])}`;
    const program = [
      copies([
        ['$1001', '$80'],
        ['$1801', '$81'],
      ]),
      selected('$3f', 5, '$82'),
      selected('$2d', 7, '$83'),
      selected('$3f', 8 + 3, '$84'),
      selected('$00', 2, '$85'),
      // Mirrors of the TIA, RIOT RAM and the RIOT do not select.
      selected('$40', 4, '$86'),
      selected('$0100', 4, '$87'),
      ' lda #4\n sta $8f\n sta $0280',
      copies([['$1001', '$88']]),
      // Nor does a read.
      ' bit $3f\n ldx $2d',
      copies([
        ['$1001', '$89'],
        ['$1801', '$8a'],
      ]),
      ' done',
    ].join('\n');
    const console = played(image(program, layout), '3F');
    const banks = [0, 7, 5, 7, 3, 2, 2, 2, 2, 2, 7];
    expect(left(console, 0x80, banks.length)).toEqual(banks.map((bank) => markerOf(bank, 1)));
  });

  test('the TIA hears the write as well', () => {
    const rom = image(' lda #$0e\n sta $09\n ldx #1\nloop stx $02\n jmp loop', layout);
    const console = new Console(rom, { bankswitch: '3F', format: 'NTSC', yStart: 0, height: 200 });
    console.runFrame();
    console.runFrame();
    expect(console.screen.some((pixel) => pixel === 0x0e)).toBe(true);
  });

  test('512K: 256 banks', () => {
    const large = { ...layout, size: 512 * 1024 };
    const rom = image(` lda #254\n sta $3f\n${copies([['$1001', '$80']])}\n done`, large);
    rom[254 * 2048 + 1] = 0x99;
    expect(left(played(rom, '3F'), 0x80, 1)).toEqual([0x99]);
  });
});

describe('3E', () => {
  const layout = { size: 8192, bankSize: 2048, offset: 0x100, origin: 0xf900 };

  test('$3F selects ROM, $3E one of 32 banks of RAM, read from $1000 and written from $1400 on', () => {
    const program = `
 lda #2
 sta $3f
${copies([['$1001', '$80']])}
 lda #31
 sta $3e
${copies([['$1001', '$81']])}
 lda #$44
 sta $1400
 lda #$45
 sta $17ff
 sta $1001
 lda #5
 sta $3e
 lda #$46
 sta $1400
${copies([
  ['$1000', '$82'],
  ['$1400', '$83'],
])}
 lda #15
 sta $3e
 sta $1400
 lda #32+31
 sta $3e
${copies([
  ['$1000', '$84'],
  ['$13ff', '$85'],
  ['$1001', '$86'],
  ['$1801', '$87'],
])}
 lda #1
 sta $3d
${copies([['$1000', '$88']])}
 lda #1
 sta $3f
 sta $1400
${copies([['$1001', '$89']])}
 lda #31
 sta $3e
${copies([['$1000', '$8a']])}
 done`;
    const console = played(image(program, layout), '3E');
    const expected = [markerOf(2, 1), 0, 0x46, 0x46, 0x44, 0x45, 0, markerOf(3, 1), 0x44];
    // $3D selects nothing; a write while ROM is there is lost.
    expect(left(console, 0x80, 11)).toEqual([...expected, markerOf(1, 1), 0x44]);
    expect(console.cartridgeRam.length).toBe(32768);
  });

  test('draws no noise, and RAM is 0 after every reset', () => {
    const rom = image(' lda #3\n sta $3e\n sta $1400\n done', layout);
    const console = played(rom, '3E');
    expect(console.cartridgeRam[3 * 1024]).toBe(3);
    console.systemReset();
    expect(console.cartridgeRam.every((byte) => byte === 0)).toBe(true);
  });
});

describe('UA', () => {
  const layout = { size: 8192, bankSize: 4096, offset: 0x400, origin: 0xf400 };

  test.each([
    ['$0220', '$0240'],
    ['$0fa0', '$02c0'],
    ['$2220', '$8240'],
  ])('a read or write of %s selects the first bank, of %s the second', (first, second) => {
    const program = `${copies([['$1301', '$80']])}
 bit ${second}
${copies([['$1301', '$81']])}
 sta ${first}
${copies([['$1301', '$82']])}
 sta ${second}
${copies([['$1301', '$83']])}
 bit ${first}
${copies([['$1301', '$84']])}
 done`;
    const banks = [0, 1, 0, 1, 0];
    expect(left(played(image(program, layout), 'UA'), 0x80, 5)).toEqual(banks.map((bank) => markerOf(bank, 1)));
  });

  test('no address beside them selects', () => {
    const others = ['$0020', '$0040', '$0200', '$0260', '$1220', '$1240', '$0280', '$0294', '$00a0', '$01c0'];
    const program = ` bit $0240\n${others.map((address) => ` bit ${address}`).join('\n')}\n${copies([['$1301', '$80']])}\n done`;
    expect(left(played(image(program, layout), 'UA'), 0x80, 1)).toEqual([markerOf(1, 1)]);
  });
});
