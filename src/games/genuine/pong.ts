/** Video Olympics (1977), whose first game is Pong: the player's paddle is the right one, first to 21. */
import { actions } from '../../emulator/console/action.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const genuinePong = defineGame({
  ...defaults,
  id: 'pong',
  title: 'Pong (Video Olympics, 1977)',
  md5: ['60e0ea3cbe0913d39803477945e9e5ec'],
  console: { left: 'PADDLES', right: 'PADDLES', swapPaddles: true },
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  xitariActions: actions('NOOP', 'RIGHT', 'LEFT'),
  modes: [0, 1],
  difficulties: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0x96) === mode, 2),
  score: (read) => read(0x8e) - read(0x8d),
  terminal: (read) => read(0x8d) === 21 || read(0x8e) === 21,
});
