/** Mr. Do!: four lives; the score counts in tens. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const mrDo = defineGame({
  ...defaults,
  id: 'mr_do',
  title: 'Mr. Do!',
  md5: ['aa7bb54d2c189a31bb1fa20099e42859'],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPFIRE', 'RIGHTFIRE', 'LEFTFIRE', 'DOWNFIRE'),
  startingActions: actions('FIRE'),
  modes: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 5),
  initialLives: 4,
  score: (read) => 10 * bcd2(read, 0x82, 0x83),
  terminal: (read) => read(0xda) === 0x40,
  lives: (read) => read(0xdb),
});
