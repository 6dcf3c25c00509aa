/** Amidar (1982): three lives; bit 7 of their byte ends the game. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const amidar = defineGame({
  ...defaults,
  id: 'amidar',
  title: 'Amidar (1982)',
  md5: ['acb7750b4d0c4bd34969802a7deb2990'],
  otherReleases: [{ md5: '056f5d886a4e7e6fdd83650554997d0d', format: 'PAL' }],
  console: { leftDifficulty: 'A', rightDifficulty: 'A', right: 'NONE' },
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPFIRE', 'RIGHTFIRE', 'LEFTFIRE', 'DOWNFIRE'),
  difficulties: [0, 3],
  initialLives: 3,
  score: (read) => bcd3(read, 0xd9, 0xda, 0xdb),
  terminal: (read) => read(0xd6) === 0x80,
  lives: (read) => read(0xd6) & 15,
});
