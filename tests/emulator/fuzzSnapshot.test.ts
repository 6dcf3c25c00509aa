/**
 * Snapshots that no console wrote, their checksums right: each number of a state in turn takes values at and beyond its ends. Either the
 * snapshot is refused and nothing changes, or the console plays on, on the build that sees every look outside an array.
 */
import { describe, expect, test } from 'bun:test';
import { schemes } from '../../src/emulator/cartridge/schemes.ts';
import { romOf } from './fuzzCases.ts';
import { checkedEmulator, turns } from './fuzzChecked.ts';
import { expectEqual, repair } from './fuzzRun.ts';

const emulator = await checkedEmulator();

/** An image size of each scheme. */
const sizes: Record<(typeof schemes)[number], number> = {
  '2K': 2048,
  '4K': 4096,
  CV: 2048,
  F8: 8192,
  F8SC: 8192,
  F6: 16384,
  F6SC: 16384,
  F4: 32768,
  F4SC: 32768,
  FASC: 12288,
  E0: 8192,
  E7: 16384,
  FE: 8192,
  '3F': 8192,
  '3E': 8192,
  UA: 8192,
  DPC: 10240,
  AR: 8448,
};

/** At the ends of what the chips keep: bytes, nibbles, positions, lines, rows, addresses, banks, times. */
const values = [
  -0x80000000, -228, -1, 0, 1, 2, 8, 16, 159, 160, 228, 255, 256, 300, 0xffff, 0x10000, 705_000_000, 0x7fffffff,
];

describe('a snapshot with one number changed', () => {
  test.each([...schemes])('%s', (bankswitch) => {
    const rom = romOf({
      style: 'frames',
      size: sizes[bankswitch],
      seed: 5,
      signature: '',
      superChip: false,
      start: 0xf000,
    });
    turns.count = 0;
    turns.limit = Number.POSITIVE_INFINITY;
    const arcade = new emulator.Arcade({ rom, bankswitch, seed: 1, game: undefined });
    const state = arcade.snapshot();
    for (let frame = 0; frame < 5; frame++) arcade.act(frame);
    const before = arcade.snapshot();
    const numbersEnd = state.length - 4 - 2 * 160 * arcade.screenHeight - arcade.console.cartridgeRam.length - 128;
    let refused = 0;
    let played = 0;
    for (let place = 0; place < numbersEnd; place += 4) {
      for (const value of values) {
        const damaged = state.slice();
        new DataView(damaged.buffer).setInt32(place, value, true);
        repair(damaged);
        try {
          arcade.restore(damaged);
        } catch (error) {
          if ((error as Error).constructor.name !== 'UserError') throw error;
          expectEqual('the state after a restore that was refused', arcade.snapshot(), before);
          refused++;
          continue;
        }
        played++;
        turns.count = 0;
        turns.limit = 4_000_000;
        arcade.act(1);
        // Its own state is one that it can read.
        arcade.restore(arcade.snapshot());
        arcade.restore(before);
      }
    }
    expect(refused).toBeGreaterThan(800);
    expect(played).toBeGreaterThan(200);
  });
});
