/** Video Pinball: three balls and those that were won; the digits lie two bytes apart. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const videoPinball = defineGame({
  ...defaults,
  id: 'video_pinball',
  title: 'Video Pinball',
  md5: ['107cc025334211e6d29da0b6be46aec7'],
  otherReleases: [{ md5: 'a2424c1a0c783d7585d701b1c71b5fdc', format: 'PAL' }],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPFIRE', 'RIGHTFIRE', 'LEFTFIRE'),
  modes: [0, 2],
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0xc1) === mode, 2),
  initialLives: 3,
  score: (read) => bcd3(read, 0xb0, 0xb2, 0xb4),
  terminal: (read) => (read(0xaf) & 1) !== 0,
  // 0x99 counts the balls played, bit 0 of 0xA8 is an extra one.
  lives: (read) => 4 + (read(0xa8) & 1) - (read(0x99) & 7),
});
