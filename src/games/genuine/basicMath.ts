/** Basic Math (1977): a point for each right answer. */
import { actions } from '../../emulator/console/action.ts';
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const basicMath = defineGame({
  ...defaults,
  id: 'basic_math',
  title: 'Basic Math (1977)',
  md5: ['819aeeb9a2e11deb54e6de334f843894'],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN'),
  modes: [5, 6, 7, 8],
  defaultMode: 5,
  difficulties: [0, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0xc5) === mode, 2),
  initialLives: 1,
  score: (read) => bcd(read(0x84)),
  terminal: (read) => bcd(read(0x86)) !== 0,
  lives: () => 1,
});
