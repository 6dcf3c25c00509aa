/** Kung-Fu Master: the lives in reserve are counted, and 0xFF of them is the end. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const kungFuMaster = defineGame({
  ...defaults,
  id: 'kung_fu_master',
  title: 'Kung-Fu Master',
  md5: ['5b92a93b23523ff16e2789b820e2a4c5'],
  otherReleases: [{ md5: '0b4e793c9425175498f5a65a3e960086', format: 'NTSC' }],
  minimalActions: actions(
    'NOOP',
    'UP',
    'RIGHT',
    'LEFT',
    'DOWN',
    'DOWNRIGHT',
    'DOWNLEFT',
    'RIGHTFIRE',
    'LEFTFIRE',
    'DOWNFIRE',
    'UPRIGHTFIRE',
    'UPLEFTFIRE',
    'DOWNRIGHTFIRE',
    'DOWNLEFTFIRE',
  ),
  initialLives: 4,
  score: (read) => bcd3(read, 0x9a, 0x99, 0x98),
  terminal: (read) => read(0x9d) === 0xff,
  lives: (read) => (read(0x9d) & 7) + 1,
});
