/** Waits for the timer are skipped in one go: the CPU is then where it would be had it run every instruction. */
import { describe, expect, test } from 'bun:test';
import { createCartridge } from '../../src/emulator/cartridge/identify.ts';
import { createAddressSpace } from '../../src/emulator/console/addressSpace.ts';
import { Controls } from '../../src/emulator/console/controls.ts';
import { defaultProperties } from '../../src/emulator/console/properties.ts';
import { Cpu } from '../../src/emulator/cpu/cpu.ts';
import { Riot } from '../../src/emulator/riot/riot.ts';
import { Tia } from '../../src/emulator/tia/tia.ts';
import { Xoshiro128 } from '../../src/random.ts';

const television = { yStart: 34, height: 210, maxLines: 290, colourLoss: false, hmoveBlanks: true };

/** A machine whose program at `offset` of the cartridge sets the timer, waits for it with `load`, and then counts in X, Y and A. */
function machine(offset: number, timerAddress: number, value: number, load: number, intim: number) {
  const rom = new Uint8Array(4096).fill(0xea);
  const loop = [load, intim & 0xff, intim >> 8, 0xd0, 0xfb];
  // LDA #value, STA timer, the loop, JMP to itself.
  rom.set([0xa9, value, 0x8d, timerAddress & 0xff, timerAddress >> 8, ...loop, 0x4c, 0x00, 0xf8], offset);
  rom.set([0x4c, 0x00, 0xf8], 0x800);
  rom.set([offset & 0xff, 0xf0 | (offset >> 8)], 0xffc);
  const controls = new Controls(defaultProperties);
  const riot = new Riot(controls);
  const tia = new Tia(controls, television);
  tia.reset(television);
  const space = createAddressSpace(createCartridge(rom), tia, riot);
  riot.reset(50);
  const cpu = new Cpu(space);
  cpu.reset();
  let reads = 0;
  const read = space.read.bind(space);
  space.read = (...access) => {
    reads++;
    return read(...access);
  };
  return { cpu, reads: () => reads };
}

const registersOf = ({ a, x, y, sp, pc, n, z, c, cycles, latch }: Cpu) => ({ a, x, y, sp, pc, n, z, c, cycles, latch });

describe.each([
  ['TIM1T', 0x294],
  ['TIM8T', 0x295],
  ['TIM64T', 0x296],
  ['T1024T', 0x297],
])('%s', (_, timerAddress) => {
  test.each([
    ['LDA', 0xad],
    ['LDX', 0xae],
    ['LDY', 0xac],
  ])('%s INTIM, BNE', (_, load) => {
    const random = new Xoshiro128(timerAddress + load, 'timer wait test');
    for (let round = 0; round < 40; round++) {
      // In the middle of a page, and across the end of one.
      const offset = round % 3 === 0 ? 0x130 + random.nextInt(20) : random.nextInt(0x700);
      const value = round % 5 === 0 ? random.nextInt(3) : random.nextInt(256);
      const intim = random.nextInt(2) === 0 ? 0x284 : 0x286;
      const limit = 1 + random.nextInt(round % 2 === 0 ? 60 : 6000);
      const skipping = machine(offset, timerAddress, value, load, intim);
      const plain = machine(offset, timerAddress, value, load, intim);
      skipping.cpu.run(limit);
      // With one instruction left there is nothing to skip.
      for (let i = 0; i < limit; i++) plain.cpu.run(1);
      expect(registersOf(skipping.cpu)).toEqual(registersOf(plain.cpu));
    }
  });
});

test('a long wait reads the timer a few times only', () => {
  const { cpu, reads } = machine(0x100, 0x296, 200, 0xad, 0x284);
  cpu.run(4000);
  expect(cpu.pc).toBe(0xf800);
  expect(cpu.a).toBe(0);
  expect(reads()).toBeLessThan(10);
});
