/** Keystone Kapers (1983): three lives; the RESET switch starts the game. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame, resetSwitch } from '../game.ts';
import { defaults } from './defaults.ts';

export const keystoneKapers = defineGame({
  ...defaults,
  id: 'keystone_kapers',
  title: 'Keystone Kapers (1983)',
  md5: ['6c1f3f2e359dbf55df462ccbcdd2f6bf'],
  minimalActions: actions(
    'NOOP',
    'FIRE',
    'UP',
    'RIGHT',
    'LEFT',
    'DOWN',
    'UPRIGHT',
    'UPLEFT',
    'DOWNRIGHT',
    'DOWNLEFT',
    'UPFIRE',
    'RIGHTFIRE',
    'LEFTFIRE',
    'DOWNFIRE',
  ),
  startingActions: [resetSwitch],
  initialLives: 3,
  score: (read) => bcd2(read, 0x9c, 0x9b),
  terminal: (read) => read(0x96) === 0 && read(0x88) === 0,
  lives: (read) => read(0x96),
});
