/**
 * Every scheme under programs that never leave it alone: any image of a size that it can have, forced on it, plays 60 frames and more
 * without an exception or a look outside an array (fuzzChecked.ts), and from a snapshot it goes on as it did, banks, registers and RAM.
 * fuzz.test.ts plays what is found out by size and signature; here chance writes programs that hit the scheme's own addresses.
 */
import { beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Scheme, schemes } from '../../src/emulator/cartridge/schemes.ts';
import { Console } from '../../src/emulator/console/console.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { checkedEmulator, type Emulator, turns } from './fuzzChecked.ts';

/** Sizes of images, and what the program touches beside 0x1FE0..0x1FFF and anything. */
const schemeCases: Readonly<Record<Scheme, { sizes: readonly number[]; touched: readonly number[] }>> = {
  '2K': { sizes: [2048, 4096], touched: [] },
  '4K': { sizes: [4096, 8192], touched: [] },
  CV: { sizes: [2048, 4096], touched: [0x1000, 0x13ff, 0x1400, 0x17ff] },
  F8: { sizes: [8192], touched: [] },
  F8SC: { sizes: [8192], touched: [0x1000, 0x107f, 0x1080, 0x10ff] },
  F6: { sizes: [16384], touched: [] },
  F6SC: { sizes: [16384], touched: [0x1000, 0x107f, 0x1080, 0x10ff] },
  F4: { sizes: [32768], touched: [] },
  F4SC: { sizes: [32768], touched: [0x1000, 0x107f, 0x1080, 0x10ff] },
  FASC: { sizes: [12288], touched: [0x1000, 0x10ff, 0x1100, 0x11ff] },
  E0: { sizes: [8192], touched: [0x1000, 0x1400, 0x1800, 0x1c00] },
  E7: { sizes: [16384], touched: [0x1000, 0x13ff, 0x1400, 0x17ff, 0x1800, 0x18ff, 0x1900, 0x19ff] },
  FE: { sizes: [8192], touched: [0xd000, 0xf000, 0xdfff] },
  '3F': { sizes: [2048, 8192, 10240, 65536, 524288], touched: [0x3f, 0x2d, 0x00] },
  '3E': { sizes: [2048, 8192, 10240, 65536, 524288], touched: [0x3e, 0x3e, 0x3f, 0x1000, 0x13ff, 0x1400, 0x17ff] },
  UA: { sizes: [8192], touched: [0x220, 0x240, 0x2c0, 0xfa0] },
  DPC: { sizes: [10240, 10495, 10496], touched: Array.from({ length: 128 }, (_, i) => 0x1000 + i) },
  AR: {
    sizes: [8448, 16896, 42240],
    touched: [0x1000, 0x1077, 0x10ff, 0x1100, 0x1234, 0x1fff, 0x1ff0, 0x1ff8, 0x1ff8, 0xf800],
  },
};

interface ImageCase {
  readonly size: number;
  readonly seed: number;
  /** Bytes of chance alone, or programs. */
  readonly noise: boolean;
}

/** Of each 1 KiB the first bytes are chance's, different ones in every bank; the program follows, the same in all, so that it goes on. */
const programOffset = 0x110;

function imageOf(scheme: Scheme, { size, seed, noise }: ImageCase): Uint8Array {
  const random = new Xoshiro128(seed, scheme);
  const rom = Uint8Array.from({ length: size }, () => random.nextInt(256));
  if (noise) return rom;
  // It runs in the last 1 KiB, which most schemes leave alone; in the lower half where the Supercharger's ROM is above.
  const romAbove = scheme === 'AR' && random.nextInt(2) === 0;
  const start = (romAbove ? 0xf400 : 0xfc00) + programOffset;
  const code = program(scheme, start, random);
  for (let bank = 0; bank + 0x400 <= size; bank += 0x400) {
    rom.set(code, bank + programOffset);
    rom.set([start & 0xff, start >> 8], bank + 0x3fc);
  }
  if (scheme === 'AR') {
    for (let part = 0; part < size; part += 8448) {
      // The header: start, control byte (bank 1, and the ROM or bank 3; RAM can be written), pages, number, and the table.
      rom.set([start & 0xff, start >> 8, romAbove ? 0x06 : 0x0e, 24, 0, part / 8448], part + 8192);
      for (let page = 0; page < 24; page++) {
        rom[part + 8192 + 16 + page] = random.nextInt(40) === 0 ? random.nextInt(256) : ((page & 7) << 2) | (page >> 3);
      }
    }
  }
  return rom;
}

/** VSYNC on, two lines, off. */
const frameEnd = [0xa9, 2, 0x85, 0, 0x85, 2, 0x85, 2, 0xa9, 0, 0x85, 0];

/** Accesses to what the scheme watches, looks at what its banks have in different ways, and frames of a few of both. */
function program(scheme: Scheme, start: number, random: Xoshiro128): number[] {
  const { touched } = schemeCases[scheme];
  const anyAddress = (): number => {
    const kind = random.nextInt(8);
    if (touched.length > 0 && kind < 6) return touched[random.nextInt(touched.length)];
    return kind < 7 ? 0x1fe0 + random.nextInt(0x20) : random.nextInt(0x10000);
  };
  const bytes: number[] = [];
  while (bytes.length < 0x2b0) {
    // LDX #, then LDA, CMP, STA, STX, INC or CMP ,X; a Supercharger writes by the last one, NOP and another.
    if (random.nextInt(2) === 0) bytes.push(0xa2, random.nextInt(256));
    const address = anyAddress();
    bytes.push([0xad, 0xcd, 0x8d, 0x8e, 0xee, 0xdd][random.nextInt(6)], address & 0xff, address >> 8);
    if (random.nextInt(4) === 0) bytes.push(0xea);
    // LDA, STA in RIOT RAM.
    const seen = random.nextInt(3) > 0 ? 0x1000 + 0x400 * random.nextInt(4) + random.nextInt(0x100) : anyAddress();
    bytes.push(0xad, seen & 0xff, seen >> 8, 0x85, 0x80 + random.nextInt(0x80));
    if (random.nextInt(6) === 0) bytes.push(...frameEnd);
  }
  return [...bytes, ...frameEnd, 0x4c, start & 0xff, start >> 8];
}

const fuzzedFrames = 60;
let checked: Emulator;
beforeAll(async () => {
  checked = await checkedEmulator();
  turns.limit = Number.POSITIVE_INFINITY;
});

describe.each([...schemes])('%s', (scheme) => {
  const anyImage = fc.record({
    size: fc.constantFrom(...schemeCases[scheme].sizes),
    seed: fc.nat(0xffffffff),
    noise: fc.boolean(),
  });

  test('any image plays, every index checked', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const arcade = new checked.Arcade({ rom: imageOf(scheme, image), seed: 1, bankswitch: scheme });
        expect(arcade.console.cartridge.scheme).toBe(scheme);
        for (let frame = 0; frame < fuzzedFrames; frame++) arcade.act(frame % 18);
      }),
      { numRuns: 1000, interruptAfterTimeLimit: 400, markInterruptAsFailure: false },
    );
  });

  test('a console that never played goes on from a snapshot as the one that did', () => {
    const sizes = schemeCases[scheme].sizes.filter((size) => size <= 65536);
    for (let seed = 0; seed < 12; seed++) {
      const rom = imageOf(scheme, { size: sizes[seed % sizes.length], seed, noise: false });
      const options = { bankswitch: scheme, format: 'NTSC' } as const;
      const console = new Console(rom, options);
      const snapshots: Uint8Array[] = [];
      for (let frame = 0; frame < 24; frame++) {
        snapshots.push(console.snapshot());
        console.runFrame();
      }
      snapshots.push(console.snapshot());
      for (let frame = 0; frame < 24; frame += 3) {
        const other = new Console(rom, options);
        other.restore(snapshots[frame]);
        expect(other.snapshot()).toEqual(snapshots[frame]);
        for (let more = 0; more < 2; more++) other.runFrame();
        expect(other.snapshot()).toEqual(snapshots[frame + 2]);
      }
    }
  });
});
