/**
 * The sources of our own games and their images: the same bytes, only documented opcodes, and 262 lines in every frame whatever is pressed.
 */
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { assemble, sourceNames } from '../../roms/build.ts';
import { Console } from '../../src/emulator/console/console.ts';
import { fires, paddleRange } from '../../src/emulator/console/controls.ts';
import { opcodes } from '../../src/emulator/cpu/opcodes.ts';
import { ownImage } from '../../src/games/ownImages.ts';
import { games } from '../../src/games/registry.ts';
import { Xoshiro128 } from '../../src/random.ts';

const romsFolder = resolve(import.meta.dirname, '../../roms');

function imageOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(romsFolder, `${name}.bin`)));
}

/** The 56 instructions of the 6502 as its maker documents them (MOS MCS6500 programming manual, 1976). */
const documentedOperations = new Set(
  `ADC AND ASL BCC BCS BEQ BIT BMI BNE BPL BRK BVC BVS CLC CLD CLI CLV CMP CPX CPY DEC DEX DEY EOR INC INX INY JMP JSR LDA LDX LDY LSR
   NOP ORA PHA PHP PLA PLP ROL ROR RTI RTS SBC SEC SED SEI STA STX STY TAX TAY TSX TXA TXS TYA`.split(/\s+/),
);

/** Undocumented opcodes also hide under documented names: NOPs beside $EA, a second SBC. */
function isDocumented(code: number): boolean {
  const { operation } = opcodes[code];
  return documentedOperations.has(operation) && (operation !== 'NOP' || code === 0xea) && code !== 0xeb;
}

/** All opcodes that can be reached from the reset vector, as address -> code. Throws at what cannot be followed. */
function reachableOpcodes(image: Uint8Array): Map<number, number> {
  const at = (address: number) => image[address & (image.length - 1)];
  const word = (address: number) => at(address) | (at(address + 1) << 8);
  const reached = new Map<number, number>();
  const open = [word(0xfffc)];
  while (open.length > 0) {
    const address = open.pop()!;
    if (reached.has(address)) {
      continue;
    }
    if ((address & 0x1000) === 0) {
      throw new Error(`code runs at $${address.toString(16)}, outside the cartridge`);
    }
    const { code, operation, mode, length } = opcodes[at(address)];
    reached.set(address, code);
    const next = (address + length) & 0xffff;
    if (mode === 'ind' || operation === 'BRK') {
      throw new Error(`${operation} at $${address.toString(16)} cannot be followed`);
    }
    if (mode === 'rel') {
      open.push((next + ((at(address + 1) << 24) >> 24)) & 0xffff);
    }
    if (operation === 'JMP' || operation === 'JSR') {
      open.push(word(address + 1));
    }
    if (operation !== 'JMP' && operation !== 'RTS' && operation !== 'RTI' && operation !== 'JAM') {
      open.push(next);
    }
  }
  return reached;
}

test('there are 151 documented opcodes', () => {
  expect(opcodes.filter(({ code }) => isDocumented(code)).length).toBe(151);
});

test('the walk finds an undocumented opcode behind a branch, and none in data', () => {
  const image = new Uint8Array(2048).fill(0xa7);
  // $F800: BEQ $F804; RTS; $F804: LAX $80; RTS
  image.set([0xf0, 0x02, 0x60, 0xa7, 0xa7, 0x80, 0x60], 0);
  image.set([0x00, 0xf8], 0x7fc);
  expect([...reachableOpcodes(image)]).toEqual([
    [0xf800, 0xf0],
    [0xf802, 0x60],
    [0xf804, 0xa7],
    [0xf806, 0x60],
  ]);
});

for (const name of sourceNames()) {
  test(`roms/${name}.asm and roms/${name}.bin agree byte for byte`, () => {
    expect(assemble(name)).toEqual(imageOf(name));
  });

  test(`${name} uses documented opcodes only`, () => {
    const reached = reachableOpcodes(imageOf(name));
    expect(reached.size).toBeGreaterThan(100);
    const undocumented = [...reached].filter(([, code]) => !isDocumented(code));
    expect(undocumented.map(([address, code]) => `${opcodes[code].operation} at $${address.toString(16)}`)).toEqual([]);
  });
}

for (const game of games.filter((entry) => entry.ownImage !== undefined)) {
  test(`every frame of ${game.id} has 262 lines, the first after a reset included, whatever is pressed`, () => {
    const console = new Console(imageOf(basename(game.ownImage!, '.bin')), game.console);
    const random = new Xoshiro128(1, 'tests/sources');
    const { min, max, start } = paddleRange;
    let action = 0;
    for (let frame = 0; frame < 2000; frame++) {
      if (random.nextInt(200) === 0) {
        console.systemReset();
      }
      if (frame % 4 === 0) {
        action = random.nextInt(18);
        console.controls.setSwitches(random.nextInt(100) === 0, random.nextInt(100) === 0);
      }
      if (console.controls.usesPaddles) {
        console.controls.setPaddles(min + random.nextInt(max - min + 1), start, fires(action));
      } else {
        console.controls.setJoystick(action);
      }
      console.runFrame();
      if (console.scanlines !== 262) {
        throw new Error(`frame ${frame} has ${console.scanlines} lines`);
      }
    }
    expect(console.format).toBe('NTSC');
  });
}

test('the images in memory are those in roms/, and a genuine cartridge has none', () => {
  const own = games.filter((game) => game.ownImage !== undefined);
  expect(own.length).toBe(sourceNames().length);
  for (const game of own) expect(ownImage(game)).toEqual(imageOf(basename(game.ownImage!, '.bin')));
  expect(ownImage({})).toBeUndefined();
});

test('every source belongs to a game, and every own game has a source', () => {
  const images = games.flatMap((game) => (game.ownImage === undefined ? [] : [game.ownImage]));
  expect(images.sort()).toEqual(sourceNames().map((name) => `${name}.bin`));
});
