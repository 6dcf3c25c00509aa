/** Our own Bricks (roms/bricks.asm, which has the RAM map): a paddle, a wall of bricks, five balls, FIRE serves. */
import { actions } from '../emulator/console/action.ts';
import { bcd2 } from './digits.ts';
import type { Game } from './game.ts';

export const bricks: Game = {
  id: 'bricks',
  title: 'Bricks (our own)',
  ownImage: 'bricks.bin',
  md5: ['ccd02aa9dd3f24c6ee6132eb7a487b15'],
  console: { left: 'PADDLES' },
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT'),
  startingActions: [],
  modes: [0],
  defaultMode: 0,
  difficulties: [0],
  defaultDifficulty: 0,
  initialLives: 5,
  initialState: {},
  score: (read) => bcd2(read, 0x84, 0x83),
  terminal: (read) => read(0x82) === 0,
  lives: (read) => read(0x82),
};
