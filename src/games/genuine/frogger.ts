/** Frogger (1982): four frogs; 0xFF of them is the end. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const frogger = defineGame({
  ...defaults,
  id: 'frogger',
  title: 'Frogger (1982)',
  md5: ['081e2c114c9c20b61acf25fc95c71bf4'],
  minimalActions: actions('NOOP', 'UP', 'RIGHT', 'LEFT', 'DOWN'),
  modes: [0, 1, 2],
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0xdd) === 1 + 2 * mode, 2),
  initialLives: 4,
  score: (read) => bcd2(read, 0xce, 0xcc),
  terminal: (read) => read(0xd0) === 0xff,
  lives: (read) => read(0xd0),
});
