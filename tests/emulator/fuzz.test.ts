/**
 * Any bytes as a cartridge, any operations, any snapshot: see fuzzRun.ts for what must hold, and fuzzChecked.ts for how a look outside an
 * array is seen. `bun tests/emulator/fuzz.ts` plays the same for as long as one likes.
 */
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { anyCase, type FuzzCase } from './fuzzCases.ts';
import { CheckFailed, checkedEmulator, instrumented, turns } from './fuzzChecked.ts';
import * as plain from './fuzzEntry.ts';
import { playCase } from './fuzzRun.ts';

/** Every run plays new cases; a failure prints its seed and the case. */
const limits = { numRuns: 100_000, interruptAfterTimeLimit: 8000, skipAllAfterTimeLimit: 8000 };

test('with every index checked and every loop counted', async () => {
  const emulator = await checkedEmulator();
  fc.assert(
    fc.property(anyCase, (fuzzCase) => playCase(emulator, fuzzCase)),
    { ...limits, markInterruptAsFailure: false },
  );
});

test('as it is', () => {
  fc.assert(
    fc.property(anyCase, (fuzzCase) => playCase(plain, fuzzCase)),
    { ...limits, markInterruptAsFailure: false },
  );
});

describe('what once failed', () => {
  const console = {
    left: 'JOYSTICK',
    right: 'JOYSTICK',
    swapPorts: false,
    swapPaddles: false,
    format: 'AUTO-DETECT',
    yStart: 34,
    height: 210,
    hmoveBlanks: true,
  } as const;
  const others = { bankswitch: 'auto', console, game: -1, mode: 0, difficulty: 0, seed: 0, sticky: 0 } as const;
  const noise = { style: 'noise', signature: '', superChip: false, start: 0xf000 } as const;

  const cases: readonly [string, FuzzCase][] = [
    [
      'a frame that never ends was greyed twice when it had not been drawn',
      {
        ...others,
        rom: { ...noise, size: 10240, seed: 4293765674 },
        operations: [{ do: 'act', action: 0, frames: 2, drawn: 0 }],
      },
    ],
  ];
  test.each([...cases])('%s', (_, fuzzCase) => playCase(plain, fuzzCase));

  test('a look behind memory for what follows the last instruction in it', async () => {
    // LDA INTIM into the last three bytes of an F8SC cartridge's RAM, the timer started, and there.
    const program = [0xa9, 0xad, 0x8d, 0x7d, 0xf0, 0xa9, 0x84, 0x8d, 0x7e, 0xf0, 0xa9, 0x02, 0x8d, 0x7f, 0xf0];
    program.push(0xa9, 0xc8, 0x8d, 0x96, 0x02, 0x4c, 0xfd, 0xf0);
    const rom = new Uint8Array(8192);
    for (const bank of [0, 0x1000]) {
      rom.set(program, bank + 0x100);
      rom.set([0x00, 0xf1], bank + 0xffc);
    }
    const { Arcade } = await checkedEmulator();
    turns.count = 0;
    turns.limit = Number.POSITIVE_INFINITY;
    const arcade = new Arcade({ rom, seed: 1 });
    expect([arcade.console.cartridge.scheme, ...arcade.console.cartridgeRam.subarray(125)]).toEqual([
      'F8SC',
      0xad,
      0x84,
      0x02,
    ]);
  });
});

describe('the checked build sees', () => {
  const run = (source: string): unknown => {
    turns.count = 0;
    turns.limit = 1000;
    return new Function(instrumented(`const bytes = new Uint8Array(4); const list = [[1, 2], [3]]; ${source}`))();
  };

  test.each([
    ['a read behind the end', 'bytes[4]'],
    ['a read before the start', 'bytes[-1]'],
    ['an index that is no integer', 'bytes[0.5]'],
    ['an index that is no number', 'bytes[undefined]'],
    ['a write', 'bytes[4] = 1'],
    ['a write and read', 'bytes[7]++'],
    ['an index of an index', 'list[1][1]'],
    ['an index within an index', 'bytes[list[0][5]]'],
    ['an index of a call', 'list.slice(0)[2]'],
    ['a method', 'bytes.subarray(0, 5)'],
    ['what is compiled from text', 'new Function("list", "return list[2]")(list)'],
    ['a loop', 'for (;;) ;'],
    ['a loop of another kind', 'do { } while (true)'],
  ])('%s', (_, source) => {
    expect(() => run(source)).toThrow(CheckFailed);
  });

  test('nothing where all is well', () => {
    expect(run('bytes[3] = list[0][1]; for (const i of [0, 1]) bytes[i] += 1; return bytes.subarray(0, 4)')).toEqual(
      new Uint8Array([1, 1, 0, 2]),
    );
  });
});
