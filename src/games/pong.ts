/** Our own Pong (roms/pong.asm, which has the RAM map): the player's paddle is the right one, first to 21, RIGHT is up. */
import { actions } from '../emulator/console/action.ts';
import type { Game } from './game.ts';

export const pong: Game = {
  id: 'pong',
  title: 'Pong (our own)',
  ownImage: 'pong.bin',
  md5: ['ae2e9d4246bd55b4aa2de71256265c82'],
  console: { left: 'PADDLES', right: 'PADDLES', swapPaddles: true },
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  xitariActions: actions('NOOP', 'RIGHT', 'LEFT'),
  startingActions: [],
  modes: [0],
  defaultMode: 0,
  difficulties: [0],
  defaultDifficulty: 0,
  initialLives: 0,
  initialState: {},
  score: (read) => read(0x80) - read(0x81),
  terminal: (read) => read(0x80) === 21 || read(0x81) === 21,
  lives: () => 0,
};
