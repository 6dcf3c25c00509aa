/** Cartridges: which scheme an image needs, what cannot be played, what each scheme selects. Expectations: reference console.md section 9. */
import { describe, expect, test } from 'bun:test';
import { createCartridge, identifyScheme } from '../../src/emulator/cartridge/identify.ts';
import type { Scheme } from '../../src/emulator/cartridge/schemes.ts';
import { AddressSpace } from '../../src/emulator/console/addressSpace.ts';
import { Controls } from '../../src/emulator/console/controls.ts';
import { defaultProperties } from '../../src/emulator/console/properties.ts';
import { Riot } from '../../src/emulator/riot/riot.ts';
import { Tia } from '../../src/emulator/tia/tia.ts';
import { UserError } from '../../src/errors.ts';
import { Mt19937 } from '../../src/random.ts';

/** An image whose bytes tell their 256-byte page, apart from `bytes` at `offset`. */
function image(size: number, bytes: number[] = [], offset = 0x123): Uint8Array {
  const rom = Uint8Array.from({ length: size }, (_, i) => (i >> 8) ^ ((i & 0xff) === 0 ? 0x80 : 0));
  rom.set(bytes, offset);
  return rom;
}

function superChip(size: number): Uint8Array {
  const rom = image(size);
  for (let bank = 0; bank < size; bank += 4096) rom.fill(0xff, bank, bank + 256);
  return rom;
}

function e7(): Uint8Array {
  const rom = image(16384);
  rom.fill(0xee, 0x3800, 0x3a00);
  return rom;
}

function plugIn(rom: Uint8Array): {
  space: AddressSpace;
  read: (address: number) => number;
  write: (address: number, value: number) => void;
} {
  const controls = new Controls(defaultProperties);
  const tv = { yStart: 34, height: 210, maxLines: 290, colourLoss: false, hmoveBlanks: true };
  const cartridge = createCartridge(rom);
  const space = new AddressSpace(cartridge, new Tia(controls, tv), new Riot(controls));
  cartridge.reset(new Mt19937(1));
  return {
    space,
    read: (address) => {
      const page = space.readPages[(address >>> 6) & 0xff];
      return page >= 0 ? space.memory[page + (address & 63)] : space.read(address, 0, 0);
    },
    write: (address, value) => {
      const page = space.writePages[(address >>> 6) & 0xff];
      if (page >= 0) space.memory[page + (address & 63)] = value;
      else space.write(address, value, 0);
    },
  };
}

describe('identification', () => {
  const doubled = (rom: Uint8Array): Uint8Array => new Uint8Array([...rom, ...rom]);
  const cases: [Scheme, Uint8Array][] = [
    ['2K', image(2048)],
    ['2K', doubled(image(2048))],
    ['CV', image(2048, [0x9d, 0xff, 0xf3])],
    ['4K', image(4096)],
    ['4K', doubled(image(4096))],
    ['F8', image(8192)],
    ['F8SC', superChip(8192)],
    ['E0', image(8192, [0x8d, 0xe0, 0x1f])],
    ['3E', image(8192, [0x85, 0x3e, 0xa9, 0x00])],
    ['3F', image(8192, [0x85, 0x3f, 0x85, 0x3f])],
    ['F8', image(8192, [0x85, 0x3f])],
    ['UA', image(8192, [0x8d, 0x40, 0x02])],
    ['FE', image(8192, [0x20, 0x00, 0xd0, 0xc6, 0xc5])],
    ['DPC', image(10240)],
    ['FASC', image(12288)],
    ['F6', image(16384)],
    ['F6SC', superChip(16384)],
    ['E7', e7()],
    ['F4', image(32768)],
    ['F4SC', superChip(32768)],
    ['AR', image(8448)],
  ];
  test.each(cases)('%s', (scheme, rom) => {
    expect(identifyScheme(rom)).toBe(scheme);
  });

  test('an empty image, a size that does not exist, a scheme that is missing: one clear line each', () => {
    const message = (rom: Uint8Array): string => {
      try {
        createCartridge(rom);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        return `${(error as UserError).message} ${(error as UserError).hint}`;
      }
      return 'accepted';
    };
    expect(message(new Uint8Array(0))).toContain('is empty');
    expect(message(new Uint8Array(3000))).toContain('3,000 bytes');
    expect(message(new Uint8Array(3000))).toContain('2,048, 4,096, 8,192');
    expect(message(image(2048))).toBe('accepted');
  });
});

describe('what a scheme selects', () => {
  test('2K appears twice, in every mirror', () => {
    const { read } = plugIn(image(2048));
    for (const address of [0x1300, 0x1b00, 0xf300, 0x5b00]) expect(read(address)).toBe(3 ^ 0x80);
  });

  test.each([
    [8192, 0x1ff8, 1],
    [16384, 0x1ff6, 0],
    [32768, 0x1ff4, 0],
    [12288, 0x1ff8, 2],
  ])('%d bytes: banks from 0x%d on, starting in bank %d', (size, hotspot, start) => {
    const rom = image(size);
    const { read, write } = plugIn(rom);
    expect(read(0xf512)).toBe(rom[start * 4096 + 0x512]);
    for (let bank = 0; bank < size / 4096; bank++) {
      // What answers the access is the new bank.
      expect(read((hotspot + bank) | 0xe000)).toBe(rom[bank * 4096 + ((hotspot + bank) & 0xfff)]);
      expect(read(0xf512)).toBe(rom[bank * 4096 + 0x512]);
    }
    write(hotspot, 0);
    expect(read(0x1512)).toBe(rom[0x512]);
  });

  test.each([8192, 16384, 32768])('%d bytes with 128 bytes of RAM', (size) => {
    const rom = superChip(size);
    const { read, write, space } = plugIn(rom);
    write(0x1042, 7);
    expect(read(0x10c2)).toBe(7);
    expect(read(0x1042)).toBe(0xff);
    write(0x10c2, 9);
    expect(read(0x10c2)).toBe(7);
    expect(space.cartridgeRam.length).toBe(128);
  });

  test('FASC has 256 bytes of RAM', () => {
    const { read, write } = plugIn(image(12288));
    write(0x10fe, 5);
    expect(read(0x11fe)).toBe(5);
  });

  test('E0 has four slots of 1K', () => {
    const rom = image(8192, [0x8d, 0xe0, 0x1f]);
    const { read } = plugIn(rom);
    const slots = (): number[] => [0x1210, 0x1610, 0x1a10, 0x1e10].map((address) => (read(address) & 0x7f) >> 2);
    expect(slots()).toEqual([4, 5, 6, 7]);
    read(0x1fe1);
    read(0x1fea);
    read(0x1ff3);
    expect(slots()).toEqual([1, 2, 3, 7]);
  });

  test('E7 has slices of 2K, 1K of RAM in their place, and four pages of RAM', () => {
    const rom = e7();
    const { read, write } = plugIn(rom);
    expect([read(0x1310), read(0x1b10)]).toEqual([rom[0x310], rom[0x3b10]]);
    read(0x1fe5);
    expect(read(0x1310)).toBe(rom[0x2b10]);
    write(0x1010, 1);
    read(0x1fe7);
    write(0x1010, 2);
    expect(read(0x1410)).toBe(2);
    read(0x1fe9);
    write(0x1810, 3);
    read(0x1fe8);
    write(0x1810, 4);
    read(0x1fe9);
    expect(read(0x1910)).toBe(3);
    read(0x1fe0);
    write(0x1010, 5);
    read(0x1fe7);
    expect(read(0x1410)).toBe(2);
  });

  test('FE looks at A13', () => {
    const rom = image(8192, [0x20, 0x00, 0xd0, 0xc6, 0xc5]);
    const { read } = plugIn(rom);
    expect([read(0xf512), read(0xd512)]).toEqual([rom[0x512], rom[0x1512]]);
  });
});
