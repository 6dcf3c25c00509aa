/** Space Invaders (1980): three lives; four digits that roll over. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2, rollingOver } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

export const spaceInvaders = defineGame({
  ...defaults,
  id: 'space_invaders',
  title: 'Space Invaders (1980)',
  md5: ['72ffbef6504b75e69ee1045af9075f66'],
  otherReleases: [{ md5: '61dbe94f110f30ca4ec524ae5ce2d026', format: 'NTSC' }],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  modes: range(0, 15),
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0xdc) === mode, 2),
  initialLives: 3,
  score: (read) => bcd2(read, 0xe8, 0xe6),
  reward: rollingOver(10_000),
  terminal: (read) => (read(0x98) & 0x80) !== 0 || read(0xc9) === 0,
  lives: (read) => read(0xc9),
});
