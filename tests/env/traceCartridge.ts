/** A cartridge that counts its frames in RAM and a game that it is: a reward at every 50th count, the end at 160. */
import { createHash } from 'node:crypto';
import { actions } from '../../src/emulator/console/action.ts';
import { type TraceCartridge, type TraceSettings, traceArcade } from '../../src/env/trace/play.ts';
import { type TraceSelection, traceLines } from '../../src/env/trace/write.ts';
import { defineGame } from '../../src/games/game.ts';

const program = [
  ...[0xa9, 0, 0x85, 0x80], // LDA #0; STA $80
  ...[0xa9, 2, 0x85, 2, 0x85, 0, 0x85, 2, 0xa9, 0, 0x85, 0], // frame: a line of VSYNC
  ...[0xa2, 0], // LDX #0
  ...[0x85, 2, 0xe8, 0x86, 9, 0xe0, 240, 0xd0, 0xf7], // 240 lines, each in another colour
  ...[0xe6, 0x80, 0xad, 0x80, 0x02, 0x85, 0x81], // INC $80; LDA SWCHA; STA $81
  ...[0x4c, 4, 0xf0], // JMP frame
];
const bytes = new Uint8Array(4096);
bytes.set(program);
bytes.set([0, 0xf0], 0xffc);
const md5 = createHash('md5').update(bytes).digest('hex');

/** What is counted in frame 0: a reset takes so many frames. */
export const firstCount = 68;

export const counting = defineGame({
  id: 'counting',
  title: 'Counting',
  md5: [md5],
  console: { yStart: 30 },
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'DOWN'),
  startingActions: [],
  modes: [0, 3],
  defaultMode: 0,
  difficulties: [0, 1],
  defaultDifficulty: 0,
  selectMode: (console, mode) => {
    if (mode === 3) console.act(1);
  },
  initialLives: 3,
  initialState: {},
  score: (read) => Math.floor(read(0x80) / 50),
  terminal: (read) => read(0x80) === 160,
  lives: () => 3,
  livesWhenTerminal: 'expression',
});

export const countingCartridge: TraceCartridge = {
  file: 'counting.bin',
  title: 'Counting',
  md5,
  bytes,
  game: counting,
};

export const settings: TraceSettings = { seed: 1, frameSkip: 1, sticky: 0, any: false };
export const selection: TraceSelection = { frames: 200, full: 5, every: 60 };

/** The lines of a trace of it. */
export function linesOf(
  changed: Partial<TraceSettings> = {},
  selected: Partial<TraceSelection> = {},
  cartridge = countingCartridge,
): string[] {
  const wanted = { ...settings, ...changed };
  return [...traceLines(cartridge, traceArcade(cartridge, wanted), wanted, { ...selection, ...selected })];
}
