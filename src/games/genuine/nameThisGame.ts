/** Name This Game: three lives, six digits. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const nameThisGame = defineGame({
  ...defaults,
  id: 'name_this_game',
  title: 'Name This Game',
  md5: ['36306070f0c90a72461551a7a4f3a209'],
  otherReleases: [{ md5: 'f98d2276d4a25b286135566255aea9d0', format: 'NTSC' }],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  modes: [8, 24, 40],
  defaultMode: 8,
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0xde) === mode, 2),
  initialLives: 3,
  score: (read) => bcd3(read, 0xc6, 0xc5, 0xc4),
  terminal: (read) => (read(0xc7) & 7) === 0,
  lives: (read) => read(0xc7) & 7,
});
