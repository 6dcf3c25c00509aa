/** Galaxian (1983): six digits that roll over; the lives in reserve are counted. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3, rollingOver } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

export const galaxian = defineGame({
  ...defaults,
  id: 'galaxian',
  title: 'Galaxian (1983)',
  md5: ['211774f4c5739042618be8ff67351177'],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  modes: range(1, 9),
  defaultMode: 1,
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0xb3) === mode, 1),
  initialLives: 3,
  score: (read) => bcd3(read, 0xae, 0xad, 0xac),
  reward: rollingOver(1_000_000),
  terminal: (read) => (read(0xbf) & 0x80) !== 0,
  lives: (read) => read(0xb9) + 1,
});
