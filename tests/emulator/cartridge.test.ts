/** Which scheme an image is taken to need, what cannot be played, and a scheme that is forced. Expectations: reference console.md section 9. */
import { describe, expect, test } from 'bun:test';
import { createCartridge, identifyScheme } from '../../src/emulator/cartridge/identify.ts';
import { type Bankswitch, type Scheme, schemeDescriptions, schemes } from '../../src/emulator/cartridge/schemes.ts';
import { Arcade } from '../../src/env/arcade.ts';
import { UserError } from '../../src/errors.ts';
import { readRom } from '../golden/cartridges.ts';

/** An image without signatures, RAM or halves that are equal; `parts`: bytes that it has at an offset. */
function image(size: number, ...parts: readonly (readonly [number, readonly number[]])[]): Uint8Array {
  const rom = Uint8Array.from({ length: size }, (_, i) => ((i >> 8) + (i & 1)) & 0x7f);
  for (const [offset, bytes] of parts) rom.set(bytes, offset < 0 ? size + offset - bytes.length + 1 : offset);
  return rom;
}

/** Negative offsets count from the end: -1 for bytes that end the image. */
const atEnd = -1;
const inMiddle = 0x323;

/** The first 256 bytes of each 4 KiB are one value, another one in each. */
function superChip(size: number): Uint8Array {
  const rom = image(size);
  for (let bank = 0; bank < size; bank += 4096) rom.fill(0xc0 + bank / 4096, bank, bank + 256);
  return rom;
}

function e7(): Uint8Array {
  const rom = image(16384);
  rom.fill(0xee, 0x3800, 0x3a00);
  return rom;
}

/** The image with one byte changed. */
function changed(rom: Uint8Array, offset: number, value = rom[offset] ^ 0xff): Uint8Array {
  const other = rom.slice();
  other[offset] = value;
  return other;
}

const doubled = (rom: Uint8Array): Uint8Array => new Uint8Array([...rom, ...rom]);

const signatures: Partial<Record<Scheme, readonly string[]>> = {
  CV: ['9D FF F3', '99 00 F4'],
  E0: ['8D E0 1F', '8D E0 5F', '8D E9 FF', 'AD E9 FF', 'AD ED FF', 'AD F3 BF'],
  '3E': ['85 3E A9 00'],
  '3F': ['85 3F 85 3F'],
  UA: ['8D 40 02'],
  FE: ['20 00 D0 C6 C5', '20 C3 F8 A5 82', 'D0 FB 20 73 FE', '20 00 F0 84 D6'],
};
const bytesOf = (hex: string): number[] => hex.split(' ').map((byte) => Number.parseInt(byte, 16));
const signature = (scheme: Scheme): number[] => bytesOf(signatures[scheme]![0]);

describe('by size alone', () => {
  test.each<[number, Scheme]>([
    [2048, '2K'],
    [4096, '4K'],
    [8192, 'F8'],
    [10240, 'DPC'],
    [10495, 'DPC'],
    [10496, 'DPC'],
    [12288, 'FASC'],
    [16384, 'F6'],
    [32768, 'F4'],
    [8448, 'AR'],
    [16896, 'AR'],
    [33792, 'AR'],
  ])('%d bytes: %s', (size, scheme) => {
    expect(identifyScheme(image(size))).toBe(scheme);
  });

  test.each([1, 2047, 2049, 4095, 6144, 8191, 8193, 8447, 8449, 10239, 10494, 10497, 24576, 65536])(
    '%d bytes: none',
    (size) => {
      expect(identifyScheme(image(size))).toBeUndefined();
    },
  );
});

describe('by signature, wherever it lies', () => {
  const sizes: [Scheme, number[]][] = [
    ['CV', [2048]],
    ['E0', [8192]],
    ['3E', [8192, 16384, 32768]],
    ['3F', [8192, 16384, 32768]],
    ['UA', [8192]],
    ['FE', [8192]],
  ];
  const cases = sizes.flatMap(([scheme, all]) =>
    all.flatMap((size) => signatures[scheme]!.map((hex) => [scheme, hex, size] as const)),
  );
  test.each(cases)('%s: %s in %d bytes', (scheme, hex, size) => {
    const bytes = bytesOf(hex);
    for (const offset of [0, inMiddle, atEnd]) expect(identifyScheme(image(size, [offset, bytes]))).toBe(scheme);
    // A byte cut off at the end, or another one in its place.
    const without = identifyScheme(image(size));
    expect(identifyScheme(image(size, [size - bytes.length + 1, bytes.slice(0, -1)]))).toBe(without);
    expect(identifyScheme(image(size, [inMiddle, [...bytes.slice(0, -1), bytes[bytes.length - 1] ^ 1]]))).toBe(without);
  });

  test('3F needs its two bytes twice', () => {
    const once = [0x85, 0x3f];
    expect(identifyScheme(image(8192, [inMiddle, once]))).toBe('F8');
    expect(identifyScheme(image(8192, [0, once], [atEnd, once]))).toBe('3F');
  });

  test('of several the first in the reference’s order: E0, 3E, 3F, UA, FE', () => {
    const order = ['E0', '3E', '3F', 'UA', 'FE'] as const;
    for (const [i, first] of order.entries()) {
      for (const second of order.slice(i + 1)) {
        expect(identifyScheme(image(8192, [0x400, signature(second)], [0x500, signature(first)]))).toBe(first);
      }
    }
    for (const size of [16384, 32768]) {
      expect(identifyScheme(image(size, [0x400, signature('3F')], [0x500, signature('3E')]))).toBe('3E');
    }
  });

  test('signatures of other sizes say nothing', () => {
    for (const scheme of ['E0', 'UA', 'FE', 'CV'] as const) {
      expect(identifyScheme(image(16384, [inMiddle, signature(scheme)]))).toBe('F6');
      expect(identifyScheme(image(32768, [inMiddle, signature(scheme)]))).toBe('F4');
    }
    expect(identifyScheme(image(4096, [inMiddle, signature('CV')]))).toBe('4K');
    expect(identifyScheme(image(2048, [0x100, signature('3F')]))).toBe('2K');
  });
});

describe('by halves that are equal', () => {
  test('4K of two is 2K, or CV', () => {
    expect(identifyScheme(doubled(image(2048)))).toBe('2K');
    expect(identifyScheme(doubled(image(2048, [inMiddle, signature('CV')])))).toBe('CV');
    for (const offset of [0, 2047, 2048, 4095])
      expect(identifyScheme(changed(doubled(image(2048)), offset))).toBe('4K');
  });

  test('8K of two is 4K, whatever its signatures', () => {
    expect(identifyScheme(doubled(image(4096)))).toBe('4K');
    expect(identifyScheme(doubled(image(4096, [inMiddle, signature('E0')])))).toBe('4K');
    for (const offset of [0, 4095, 4096, 8191])
      expect(identifyScheme(changed(doubled(image(4096)), offset))).toBe('F8');
  });
});

describe('by the ROM that RAM hides', () => {
  test.each<[number, Scheme, Scheme]>([
    [8192, 'F8SC', 'F8'],
    [16384, 'F6SC', 'F6'],
    [32768, 'F4SC', 'F4'],
  ])('%d bytes: 256 equal ones begin each 4 KiB', (size, scheme, plain) => {
    const rom = superChip(size);
    expect(identifyScheme(rom)).toBe(scheme);
    for (let bank = 0; bank < size; bank += 4096) {
      for (const offset of [bank, bank + 1, bank + 255]) expect(identifyScheme(changed(rom, offset))).toBe(plain);
      expect(identifyScheme(changed(rom, bank + 256))).toBe(scheme);
    }
  });

  test('before all other signs', () => {
    for (const sign of ['E0', '3E', '3F', 'UA', 'FE'] as const) {
      const rom = superChip(8192);
      rom.set(signature(sign), 0x800);
      expect(identifyScheme(rom)).toBe('F8SC');
    }
    expect(identifyScheme(doubled(superChip(8192).slice(0, 4096)))).toBe('F8SC');
    const both = superChip(16384);
    both.fill(0xee, 0x3800, 0x3a00);
    expect(identifyScheme(both)).toBe('F6SC');
  });

  test('E7: 512 equal bytes from 0x3800 on, and others on both sides', () => {
    const rom = e7();
    expect(identifyScheme(rom)).toBe('E7');
    for (const offset of [0x3800, 0x3900, 0x39ff]) expect(identifyScheme(changed(rom, offset))).toBe('F6');
    for (const offset of [0x37ff, 0x3a00]) {
      expect(identifyScheme(changed(rom, offset))).toBe('E7');
      expect(identifyScheme(changed(rom, offset, 0xee))).toBe('F6');
    }
    rom.set(signature('3E'), inMiddle);
    expect(identifyScheme(rom)).toBe('E7');
  });
});

/** The line that a user sees; `accepted` when there is none. */
function complaint(rom: Uint8Array, bankswitch: Bankswitch = 'auto'): string {
  try {
    createCartridge(rom, bankswitch);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return `${(error as UserError).message} ${(error as UserError).hint}`;
  }
  return 'accepted';
}

describe('what cannot be played is one clear line', () => {
  test('an empty image, a size that does not exist', () => {
    expect(complaint(new Uint8Array(0))).toContain('is empty');
    expect(complaint(new Uint8Array(0), 'AR')).toContain('is empty');
    expect(complaint(image(3000))).toContain('3,000 bytes');
    expect(complaint(image(3000))).toContain(
      '2,048, 4,096, 8,192, 10,240, 10,495, 10,496, 12,288, 16,384, 32,768 bytes and multiples of 8,448',
    );
    expect(complaint(image(2048))).toBe('accepted');
  });

  test.each<[Scheme, number[], number[]]>([
    ['2K', [2048, 4096], [1024, 8192]],
    ['4K', [4096, 8192], [2048, 16384]],
    ['CV', [2048, 4096], [8192]],
    ['F8', [8192], [4096, 16384]],
    ['F8SC', [8192], [4096, 16384]],
    ['F6', [16384], [8192, 32768]],
    ['F6SC', [16384], [8192, 32768]],
    ['F4', [32768], [16384, 65536]],
    ['F4SC', [32768], [16384, 65536]],
    ['FASC', [12288], [8192, 16384]],
    ['E0', [8192], [4096, 16384]],
    ['E7', [16384], [8192, 32768]],
    ['FE', [8192], [4096, 16384]],
    ['3F', [2048, 8192, 10240, 524288], [1024, 8193, 526336]],
    ['3E', [2048, 8192, 10240, 524288], [1024, 8193, 526336]],
    ['UA', [8192], [4096, 16384]],
    ['DPC', [10240, 10495, 10496], [8192, 10497]],
    ['AR', [8448, 16896], [8192, 8449]],
  ])('%s forced on an image that it can and cannot have', (scheme, fitting, others) => {
    for (const size of fitting) expect(createCartridge(image(size), scheme).scheme).toBe(scheme);
    for (const size of others) {
      const line = complaint(image(size), scheme);
      expect(line).toContain(`${size.toLocaleString('en-US')} bytes cannot have bank switching ${scheme}`);
      expect(line).toContain(`${schemeDescriptions[scheme].sizes} bytes`);
    }
  });

  test('a name that no scheme has', () => {
    expect(complaint(image(2048), 'F9' as Scheme)).toContain('there is no bank switching F9');
  });
});

describe('forced on the images of the traced schemes, it plays as when it was found out', () => {
  const traced: [string, Scheme][] = (
    ['f8', 'f8sc', 'f6', 'f6sc', 'f4', 'f4sc', 'fasc', 'e0', 'e7', 'fe'] as const
  ).flatMap((name) => [1, 2].map((number) => [`bank_${name}_${number}`, name.toUpperCase() as Scheme]));
  test.each(traced)('%s', (name, scheme) => {
    const rom = readRom(name);
    const [found, forced] = (['auto', scheme] as const).map((bankswitch) => new Arcade({ rom, seed: 1, bankswitch }));
    expect(found.console.cartridge.scheme).toBe(scheme);
    for (let frame = 0; frame < 30; frame++) {
      found.act(frame % 18);
      forced.act(frame % 18);
    }
    expect(forced.ram).toEqual(found.ram);
    expect(forced.screen).toEqual(found.screen);
  });

  test('another scheme of the same size plays something else', () => {
    const rom = readRom('bank_e0_1');
    const [found, forced] = (['auto', 'F8'] as const).map((bankswitch) => new Arcade({ rom, seed: 1, bankswitch }));
    expect([found, forced].map(({ console }) => console.cartridge.scheme)).toEqual(['E0', 'F8']);
    expect(forced.screen).not.toEqual(found.screen);
  });
});

test('every scheme has a description, and no two the same name', () => {
  expect(Object.keys(schemeDescriptions).sort()).toEqual([...schemes].sort());
  expect(schemes.length).toBe(18);
});
