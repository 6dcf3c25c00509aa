/**
 * Paddles: when their capacitors are charged, where they are plugged in, when they are turned. No trace of the reference has any.
 * Expectations from reference console.md section 3.
 */
import { expect, test } from 'bun:test';
import { Controls } from '../../src/emulator/console/controls.ts';
import { defaultProperties } from '../../src/emulator/console/properties.ts';
import { openCircuit, Pots } from '../../src/emulator/tia/pots.ts';
import { Arcade } from '../../src/env/arcade.ts';
import type { Game } from '../../src/games/game.ts';

test('a capacitor that was let go in an earlier frame goes on being charged, unless it were charged before this one began', () => {
  const pots = new Pots([408823, 27450, 0, openCircuit]);
  const inputs = (cycles: number): number[] => [0, 1, 2, 3].map((index) => pots.read(index, cycles) >> 7);
  pots.dump(true, 0);
  expect(inputs(100_000)).toEqual([0, 0, 1, 0]);
  pots.dump(false, 19_000);
  pots.rebase(19_900);
  // 7,783 cycles less the 900 of the earlier frame. 522 cycles are less than those: the reference's unsigned time never comes.
  expect(inputs(6883)).toEqual([0, 0, 1, 0]);
  expect(inputs(6884)).toEqual([1, 0, 1, 0]);
  // What is let go already is not let go again.
  pots.dump(false, 6000);
  expect(inputs(6884)).toEqual([1, 0, 1, 0]);
});

test('swapped ports take paddles and buttons along', () => {
  const plugged = (left: 'PADDLES' | 'JOYSTICK', right: 'PADDLES' | 'JOYSTICK', swapPaddles: boolean): number[] => {
    const controls = new Controls({ ...defaultProperties, left, right, swapPorts: true, swapPaddles });
    controls.setPaddles(30000, 40000, true);
    return [...controls.resistances, controls.swcha ^ 0xff];
  };
  expect(plugged('PADDLES', 'JOYSTICK', false)).toEqual([openCircuit, openCircuit, 30000, 40000, 0x08]);
  expect(plugged('PADDLES', 'JOYSTICK', true)).toEqual([openCircuit, openCircuit, 40000, 30000, 0x04]);
  expect(plugged('PADDLES', 'PADDLES', false)).toEqual([0, 0, 30000, 40000, 0x08]);
  expect(plugged('JOYSTICK', 'PADDLES', false)).toEqual([0, 0, openCircuit, openCircuit, 0]);
});

const paddleGame: Game = {
  ...{ id: 'paddles', title: 'Paddles', md5: [], console: { left: 'PADDLES' }, initialState: {} },
  ...{ minimalActions: [0, 3, 4], startingActions: [], modes: [0], defaultMode: 0, initialLives: 0 },
  ...{ difficulties: [0], defaultDifficulty: 0, score: () => 0, terminal: () => false, lives: () => 0 },
};

test('a paddle is turned before its frame is run', () => {
  const rom = new Uint8Array(4096);
  rom.set([
    ...[0xa9, 2, 0x85, 0, 0x85, 2, 0x85, 2, 0x85, 2, 0xa9, 0, 0x85, 0], // three lines of VSYNC
    ...[0xa9, 0x80, 0x85, 1, 0xa9, 0, 0x85, 1, 0xa2, 0], // dump INPT0, let it go; LDX #0
    ...[0x85, 2, 0xe8, 0xa5, 8, 0x10, 0xf9], // lines until INPT0 is charged
    ...[0x86, 0x81, 0xa2, 60, 0x85, 2, 0xca, 0xd0, 0xfb, 0x4c, 0, 0xf0], // STX $81; 60 lines more; JMP
  ]);
  rom.set([0x00, 0xf0], 0xffc);
  const arcade = new Arcade({ rom, seed: 1, game: paddleGame });
  // 1.6 * R * 10 nF at 1.19 MHz are 7,783, 7,346 and 6,908 cycles, after some 10 of the first of these lines of 76.
  const linesAfter = (action: number): number => {
    arcade.act(action);
    return arcade.ram[1];
  };
  expect([linesAfter(0), linesAfter(3), linesAfter(3), linesAfter(0), linesAfter(4)]).toEqual([103, 97, 92, 92, 97]);
});
