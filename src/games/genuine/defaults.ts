/**
 * What most genuine cartridges have in common, so that an entry says only what is particular to its game.
 * Source of every entry in this folder: reference games.json; `read(0x8d)` there is written `r(0x8D)`.
 */
import type { Game } from '../game.ts';

export const defaults = {
  console: {},
  startingActions: [],
  modes: [0],
  defaultMode: 0,
  difficulties: [0],
  defaultDifficulty: 0,
  initialLives: 0,
  initialState: {},
  lives: () => 0,
} satisfies Partial<Game>;
