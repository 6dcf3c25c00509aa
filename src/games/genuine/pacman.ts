/** Pac-Man (1982): the lives in reserve are counted; 0xE4 tells the end of the last. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

export const pacman = defineGame({
  ...defaults,
  id: 'pacman',
  title: 'Pac-Man (1982)',
  md5: ['fc2233fc116faef0d3c31541717ca2db'],
  minimalActions: actions('NOOP', 'UP', 'RIGHT', 'LEFT', 'DOWN'),
  modes: range(0, 7),
  difficulties: [0, 1],
  // The digits of the score show the mode, from 1 on.
  selectMode: pressSelectUntil((read, mode) => ((read(0xcc) - 1) & 0xff) === mode && read(0xe6) === 0, 2),
  initialLives: 4,
  score: (read) => bcd3(read, 0xcc, 0xce, 0xd0),
  terminal: (read) => read(0x98) === 0 && read(0xe4) === 0x3f,
  lives: (read) => read(0x98) + 1,
});
