/**
 * Whether a frame is drawn changes nothing but its own picture: RAM, scanlines, rewards and ends are the same in every frame, and a
 * frame that is drawn shows the same screen, whatever was not drawn before it (a screen keeps rows of the frame two before).
 */
import { describe, expect, test } from 'bun:test';
import { TracePlayer, traceArcade } from '../../src/env/trace/play.ts';
import { traceLines } from '../../src/env/trace/write.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { frames, goldenNames, load, ownNames, type Played, play } from './cartridges.ts';

type IsDrawn = (frame: number) => boolean;

/** Frames that are drawn with this probability, chosen anew for each cartridge. */
function random(name: string, probability: number): IsDrawn {
  const source = new Xoshiro128(1, `drawn ${name}`);
  const drawn = Array.from({ length: frames }, () => source.nextU32() / 2 ** 32 < probability);
  return (frame) => drawn[frame];
}

/** Few frames, after long times undrawn: one alone, and two in succession. */
function seldom(name: string): IsDrawn {
  const source = new Xoshiro128(1, `seldom ${name}`);
  const [alone, first] = [source.nextU32() % 200, 300 + (source.nextU32() % 200)];
  return (frame) => frame === alone || frame === first || frame === first + 1 || frame === frames - 1;
}

const patterns: readonly [string, (name: string) => IsDrawn][] = [
  ['the last of four', () => (frame) => frame % 4 === 3],
  ['the last two of four', () => (frame) => frame % 4 >= 2],
  ['half of them, at random', (name) => random(name, 0.5)],
  ['four frames in all', seldom],
];

/** Plays the cartridge again and returns the first row that is not as in a run with every frame drawn; undefined where all are. */
function firstDifference(played: Played, isDrawn: IsDrawn): string | undefined {
  const rows = played.lines.filter((line) => !line.startsWith('#'));
  const player = new TracePlayer(load(played), played.settings);
  const { arcade } = player;
  let position = 1;
  const differs = (actual: string, drawn: boolean): string | undefined => {
    const expected = drawn ? rows[position] : withoutScreen(rows[position]);
    position++;
    return actual === expected ? undefined : `${actual}, expected ${expected}`;
  };
  let difference: string | undefined;
  while (player.frame < frames - 1 && difference === undefined) {
    const drawn = isDrawn(player.frame + 1);
    player.step(drawn);
    difference = differs(player.row(drawn), drawn);
    if (difference === undefined && arcade.terminal) {
      player.reset();
      difference = differs(player.resetRow(), true);
    }
  }
  return difference;
}

function withoutScreen(row: string): string {
  return row.replace(/ [0-9a-f]{8} (\d+)$/, ' - $1');
}

describe.each([...patterns])('drawn: %s', (_, pattern) => {
  test.each([...goldenNames, ...ownNames])('%s', (name) => {
    expect(firstDifference(play(name), pattern(name))).toBeUndefined();
  });
});

test('a frame in whose middle the CPU stops for good, drawn only later', () => {
  const stopsAfter = 105;
  const program = [
    ...[0xa9, 0, 0x85, 0x80], // LDA #0; STA $80
    ...[0xa9, 2, 0x85, 2, 0x85, 0, 0x85, 2, 0xa9, 0, 0x85, 0], // frame: three lines of VSYNC
    ...[0xa2, 0], // LDX #0
    ...[0x85, 2, 0xe8, 0x86, 9, 0xe0, 100, 0xd0, 0xf7], // lines to 100, each in another colour
    ...[0xe6, 0x80, 0xa5, 0x80, 0xc9, stopsAfter, 0xf0, 12], // INC $80; after so many frames to the JAM
    ...[0x85, 2, 0xe8, 0x86, 9, 0xe0, 240, 0xd0, 0xf7], // lines to 240
    ...[0x4c, 4, 0xf0, 0x02], // JMP frame; JAM
  ];
  const bytes = new Uint8Array(4096);
  bytes.set(program);
  bytes.set([0, 0xf0], 0xffc);
  const cartridge = { file: 'stops.bin', title: 'stops', md5: '', bytes };
  const settings = { seed: 1, frameSkip: 1, sticky: 0, any: true };
  const lines = [
    ...traceLines(cartridge, traceArcade(cartridge, settings), settings, { frames, full: frames, every: 1 }),
  ];
  const played = { cartridge, settings, lines };
  const stopped = Number(lines.find((line) => line.endsWith(' 100'))?.split(' ')[0]);
  expect(stopped).toBeGreaterThan(0);
  for (const drawn of [stopped + 1, stopped + 2]) {
    expect(firstDifference(played, (frame) => frame >= drawn)).toBeUndefined();
  }
});
