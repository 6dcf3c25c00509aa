/** Phoenix: five lives; the last digit is the upper half of a byte. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const phoenix = defineGame({
  ...defaults,
  id: 'phoenix',
  title: 'Phoenix',
  md5: ['7e52a95074a66640fcfde124fffd491a'],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'DOWN', 'RIGHTFIRE', 'LEFTFIRE', 'DOWNFIRE'),
  initialLives: 5,
  score: (read) => 10 * (10 * bcd2(read, 0xc8, 0xc9) + (read(0xc7) >> 4)),
  terminal: (read) => read(0xcc) === 0x80,
  lives: (read) => read(0xcb) & 7,
});
