/** Ms. Pac-Man: the lives in reserve are counted; 0xA7 tells the end of the last. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const msPacman = defineGame({
  ...defaults,
  id: 'ms_pacman',
  title: 'Ms. Pac-Man',
  md5: ['87e79cd41ce136fd4f72cc6e2c161bee'],
  otherReleases: [{ md5: '9469d18238345d87768e8965f9f4a6b2', format: 'NTSC' }],
  console: { hmoveBlanks: false },
  minimalActions: actions('NOOP', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPRIGHT', 'UPLEFT', 'DOWNRIGHT', 'DOWNLEFT'),
  modes: [0, 1, 2, 3],
  // The first game shows a 1 like the second one, and 0xA1 tells them apart.
  selectMode: pressSelectUntil(
    (read, mode) => (mode === 0 ? read(0x99) === 1 && read(0xa1) === 1 : read(0x99) === mode && read(0xa1) === 0),
    10,
  ),
  initialLives: 3,
  score: (read) => bcd3(read, 0xf8, 0xf9, 0xfa),
  terminal: (read) => (read(0xfb) & 15) === 0 && read(0xa7) === 0x53,
  lives: (read) => (read(0xfb) & 7) + 1,
});
