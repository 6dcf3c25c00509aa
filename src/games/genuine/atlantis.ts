/** Atlantis (1982): six bases; the frame that ends the game is worth nothing. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

const over = (read: ReadRam) => read(0xf1) === 0xff;

export const atlantis = defineGame({
  ...defaults,
  id: 'atlantis',
  title: 'Atlantis (1982)',
  md5: ['9ad36e699ef6f45d9eb6c4cf90475c9f'],
  otherReleases: [{ md5: '0b33252b680b65001e91a411e56e72e9', format: 'NTSC' }],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHTFIRE', 'LEFTFIRE'),
  modes: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0x8d) === mode, 2),
  initialLives: 6,
  // The digits lie in this order: 0xA2, 0xA3, 0xA1.
  score: (read) => 100 * bcd3(read, 0xa2, 0xa3, 0xa1),
  reward: (read, state, score) => (over(read) ? 0 : score - state.score),
  keepScoreIf: over,
  terminal: over,
  lives: (read) => read(0xf1),
});
