/**
 * What the fuzz tests play: cartridge images, consoles and sequences of operations, as fast-check's arbitraries. A case is small and
 * plain, so that it prints on one line and shrinks; `romOf` makes the image from its description.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type Bankswitch, bankswitchChoices } from '../../src/emulator/cartridge/schemes.ts';
import { Xoshiro128 } from '../../src/random.ts';

const goldenFolder = new URL('../golden/roms/', import.meta.url).pathname;
const goldenNames = readdirSync(goldenFolder).sort();

/** Sizes that a scheme has, and beside them any. */
const sizes = [2048, 4096, 8192, 8448, 10240, 10495, 12288, 16384, 16896, 32768];

/** Byte sequences by which schemes are told apart (reference console.md section 9); none, and twice 3F's. */
const signatures = ['', '9DFFF3', '8DE01F', 'ADF3BF', '853EA900', '853F00853F', '8D4002', '2000D0C6C5', 'D0FB2073FE'];

export interface RomCase {
  /** How the bytes arise: alone from chance, instructions, programs with frames, or a golden cartridge with bytes changed. */
  readonly style: 'noise' | 'constant' | 'instructions' | 'frames' | 'golden';
  readonly size: number;
  readonly seed: number;
  readonly signature: string;
  /** The first 256 bytes of every bank are the same: where the RAM of the SC schemes lies. */
  readonly superChip: boolean;
  /** Where the reset vector points. */
  readonly start: number;
}

export type Operation =
  /** Bit i of `drawn`: whether frame i is. */
  | { readonly do: 'act'; readonly action: number; readonly frames: number; readonly drawn: number }
  | { readonly do: 'reset' }
  | { readonly do: 'seed'; readonly seed: number }
  | { readonly do: 'save' }
  | { readonly do: 'restore'; readonly slot: number }
  | { readonly do: 'clone' }
  /** Restores a snapshot with bytes changed: [place, what is XORed]; places count from the end where they are negative. */
  | { readonly do: 'damage'; readonly changes: readonly (readonly [number, number])[]; readonly repaired: boolean }
  /** Restores bytes of chance, of any length. */
  | { readonly do: 'garbage'; readonly length: number; readonly seed: number };

export interface FuzzCase {
  readonly rom: RomCase;
  readonly bankswitch: Bankswitch;
  readonly console: {
    readonly left: 'JOYSTICK' | 'PADDLES' | 'NONE';
    readonly right: 'JOYSTICK' | 'PADDLES' | 'NONE';
    readonly swapPorts: boolean;
    readonly swapPaddles: boolean;
    readonly format: 'AUTO-DETECT' | 'NTSC' | 'PAL' | 'SECAM';
    readonly yStart: number;
    readonly height: number;
    readonly hmoveBlanks: boolean;
  };
  /** Whose rules the image is played by, as a place in the registry; negative: nobody's. */
  readonly game: number;
  readonly mode: number;
  readonly difficulty: number;
  readonly seed: number;
  readonly sticky: number;
  readonly operations: readonly Operation[];
}

const anySeed = fc.nat(0xffffffff);
const anyController = fc.constantFrom('JOYSTICK' as const, 'PADDLES' as const, 'NONE' as const);

const anyRom: fc.Arbitrary<RomCase> = fc.record({
  style: fc.constantFrom('frames' as const, 'instructions', 'golden', 'noise', 'constant'),
  size: fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...sizes) }, { weight: 1, arbitrary: fc.nat(70000) }),
  seed: anySeed,
  signature: fc.constantFrom(...signatures),
  superChip: fc.boolean(),
  start: fc.oneof({ weight: 6, arbitrary: fc.constant(0xf000) }, { weight: 1, arbitrary: fc.nat(0xffff) }),
});

/** Most of a snapshot is screens; what is interesting lies at its beginning, most of it in the first of four bytes. */
const anyPlace = fc.oneof(
  { weight: 6, arbitrary: fc.nat(150).map((number) => 4 * number) },
  { weight: 2, arbitrary: fc.nat(700) },
  { weight: 1, arbitrary: fc.nat(100000) },
  { weight: 1, arbitrary: fc.integer({ min: -300, max: -1 }) },
);

/** `changes` to a snapshot: any bits, or a sign. */
const anyDamage = fc.record({
  do: fc.constant('damage' as const),
  changes: fc.array(fc.tuple(anyPlace, fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constant(0x80))), {
    minLength: 1,
    maxLength: 4,
  }),
  repaired: fc.boolean(),
});

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('act' as const),
      action: fc.nat(17),
      frames: fc.integer({ min: 1, max: 12 }),
      drawn: fc.nat(0xfff),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'reset' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('seed' as const), seed: anySeed }) },
  { weight: 2, arbitrary: fc.constant({ do: 'save' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restore' as const), slot: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'clone' as const }) },
  { weight: 4, arbitrary: anyDamage },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('garbage' as const), length: fc.nat(100000), seed: anySeed }),
  },
);

export const anyCase: fc.Arbitrary<FuzzCase> = fc.record({
  rom: anyRom,
  bankswitch: fc.oneof(
    { weight: 4, arbitrary: fc.constant('auto' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...bankswitchChoices) },
  ),
  console: fc.record({
    left: anyController,
    right: anyController,
    swapPorts: fc.boolean(),
    swapPaddles: fc.boolean(),
    format: fc.constantFrom('AUTO-DETECT' as const, 'NTSC', 'PAL', 'SECAM'),
    yStart: fc.oneof(fc.constant(34), fc.nat(60)),
    height: fc.oneof(fc.constant(210), fc.integer({ min: 1, max: 250 })),
    hmoveBlanks: fc.boolean(),
  }),
  game: fc.oneof({ weight: 2, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(1000) }),
  mode: fc.nat(20),
  difficulty: fc.nat(3),
  seed: anySeed,
  sticky: fc.constantFrom(0, 0.25, 1),
  operations: fc.array(anyOperation, { maxLength: 60, size: 'max' }),
});

/** The image that a case describes. */
export function romOf({ style, size, seed, signature, superChip, start }: RomCase): Uint8Array {
  const random = new Xoshiro128(seed, style);
  if (style === 'golden') {
    const rom = new Uint8Array(readFileSync(goldenFolder + goldenNames[random.nextInt(goldenNames.length)]));
    for (let changes = random.nextInt(20); changes > 0; changes--) {
      rom[random.nextInt(rom.length)] = random.nextInt(256);
    }
    return rom;
  }
  const rom = new Uint8Array(size);
  if (style === 'constant') rom.fill(seed & 0xff);
  else if (style === 'noise') for (let i = 0; i < size; i++) rom[i] = random.nextInt(256);
  else {
    // A program for each bank, so that whichever one is selected goes on.
    for (let bank = 0; bank < size; bank += 0x800) {
      const program = style === 'frames' ? frames(random, 0x700) : instructions(random, 0x800);
      rom.set(program.slice(0, size - bank), bank);
    }
  }
  if (superChip) for (let bank = 0; bank < size; bank += 0x1000) rom.fill(seed & 0xff, bank, bank + 0x100);
  const sign = Uint8Array.from(signature.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  if (size > sign.length) rom.set(sign, random.nextInt(size - sign.length));
  for (let end = 0x800; end <= size; end += 0x800) rom.set([start & 0xff, start >> 8], end - 4);
  if (style !== 'noise' && size % partSize === 0) writeHeaders(rom, start);
  return rom;
}

/** Bytes of a part of a Supercharger's tape; its header begins 256 bytes before the end. */
const partSize = 8448;

/** Headers by which the pages of each part are loaded in order, and the program begins at `start` with the first bank at 0xF000. */
function writeHeaders(rom: Uint8Array, start: number): void {
  for (let part = 0; part * partSize < rom.length; part++) {
    const header = rom.subarray((part + 1) * partSize - 0x100);
    header.set([start & 0xff, start >> 8, 0x06, 24, 0, part]);
    for (let page = 0; page < 24; page++) header[16 + page] = Math.floor(page / 8) | ((page % 8) << 2);
  }
}

/** Opcodes that jam the CPU. */
const jams = new Set([0x02, 0x12, 0x22, 0x32, 0x42, 0x52, 0x62, 0x72, 0x92, 0xb2, 0xd2, 0xf2]);

/** Bytes that are opcodes with operands which hit the chips more often than chance would. */
function instructions(random: Xoshiro128, length: number): Uint8Array {
  const program = new Uint8Array(length + 3);
  for (let at = 0; at < length; ) {
    const opcode = random.nextInt(256);
    // A jam ends everything, so most of them are left out.
    if (jams.has(opcode) && random.nextInt(50) > 0) continue;
    program[at++] = opcode;
    const low = opcode & 0x1f;
    if (low === 0x0c || low === 0x0d || low === 0x0e || low === 0x19 || low >= 0x1c || opcode === 0x20) {
      const address = addressOf(random);
      program[at++] = address & 0xff;
      program[at++] = address >> 8;
    } else if ((opcode & 0x0f) >= 4 && (opcode & 0x0f) < 8) {
      program[at++] = random.nextInt(3) === 0 ? random.nextInt(256) : random.nextInt(0x2d);
    } else if ((opcode & 0x0f) === 1 || (opcode & 0x0f) === 3 || (opcode & 0x0f) === 9 || low === 0x10) {
      program[at++] = random.nextInt(256);
    }
  }
  return program.slice(0, length);
}

/** TIA, RIOT, RAM, the cartridge's RAM ports and hotspots, and anything. */
function addressOf(random: Xoshiro128): number {
  switch (random.nextInt(6)) {
    case 0:
      return random.nextInt(0x40);
    case 1:
      return 0x280 + random.nextInt(0x20);
    case 2:
      return 0xf000 + random.nextInt(0x400);
    case 3:
      return 0xf800 + random.nextInt(0x200);
    case 4:
      return 0xffe0 + random.nextInt(0x20);
    default:
      return random.nextInt(0x10000);
  }
}

/** A program that makes television frames: VSYNC, lines of writes to the TIA's registers at any time, and from the start again. */
function frames(random: Xoshiro128, length: number): Uint8Array {
  const program: number[] = [
    0xa9, 0x02, 0x85, 0x00, 0x85, 0x02, 0x85, 0x02, 0x85, 0x02, 0xa9, 0x00, 0x85, 0x00, 0x85, 0x01,
  ];
  while (program.length < length - 16) {
    switch (random.nextInt(10)) {
      case 0:
        // WSYNC
        program.push(0x85, 0x02);
        break;
      case 1:
        // A loop of some lines: LDY #n; STA WSYNC; STY register; DEY; BNE
        program.push(0xa0, 1 + random.nextInt(30), 0x85, 0x02, 0x84, 4 + random.nextInt(0x29), 0x88, 0xd0, 0xf9);
        break;
      case 2:
        // RIOT: timers and ports, by LDA, STA or INC.
        program.push([0xad, 0x8d, 0xee][random.nextInt(3)], 0x80 + random.nextInt(0x20), 0x02);
        break;
      case 3:
        // The cartridge's hotspots and RAM.
        program.push(
          random.nextInt(2) ? 0xad : 0x8d,
          random.nextInt(256),
          [0x10, 0x11, 0x18, 0x1f, 0xff, 0xdf][random.nextInt(6)],
        );
        break;
      case 4:
        // Collisions and inputs into RAM.
        program.push(0xa5, random.nextInt(0x10), 0x85, 0x80 + random.nextInt(0x80));
        break;
      case 5:
        program.push([0xe8, 0xca, 0xc8, 0x88, 0x18, 0x38, 0xf8, 0xd8, 0x48, 0x68][random.nextInt(10)]);
        break;
      default:
        // LDA #n; STA register, and some cycles now and then. VSYNC ends the frame early, so it is rare.
        program.push(0xa9, random.nextInt(256), 0x85, random.nextInt(40) === 0 ? 0 : 1 + random.nextInt(0x2c));
        if (random.nextInt(4) === 0) program.push(0xea);
    }
  }
  program.push(0x4c, 0x00, 0xf0);
  return Uint8Array.from(program);
}
