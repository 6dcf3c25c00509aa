/** King Kong (1982): three lives; every other mode of the cartridge is for two players. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const kingKong = defineGame({
  ...defaults,
  id: 'king_kong',
  title: 'King Kong (1982)',
  md5: ['0dd4c69b5f9a7ae96a7a08329496779a'],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN'),
  modes: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0xec) === 2 * mode, 2),
  initialLives: 3,
  score: (read) => bcd2(read, 0x83, 0x82),
  terminal: (read) => read(0xee) === 0,
  lives: (read) => read(0xee),
});
