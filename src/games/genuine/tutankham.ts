/** Tutankham: three lives, four digits. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const tutankham = defineGame({
  ...defaults,
  id: 'tutankham',
  title: 'Tutankham',
  md5: ['085322bae40d904f53bdcc56df0593fc'],
  otherReleases: [{ md5: '66c2380c71709efa7b166621e5bb4558', format: 'PAL' }],
  minimalActions: actions('NOOP', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPFIRE', 'RIGHTFIRE', 'LEFTFIRE'),
  modes: [0, 4, 8, 12],
  selectMode: pressSelectUntil((read, mode) => read(0xab) === mode, 2),
  initialLives: 3,
  score: (read) => bcd2(read, 0x9c, 0x9a),
  terminal: (read) => read(0x9e) === 0 && read(0x81) !== 0x84,
  lives: (read) => read(0x9e) & 3,
});
