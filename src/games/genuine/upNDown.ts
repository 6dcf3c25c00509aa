/** Up 'n Down: the lives in reserve are counted; 0x94 tells the end of the last. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const upNDown = defineGame({
  ...defaults,
  id: 'up_n_down',
  title: "Up 'n Down",
  md5: ['a499d720e7ee35c62424de882a3351b6'],
  console: { yStart: 30 },
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'DOWN', 'UPFIRE', 'DOWNFIRE'),
  startingActions: actions('FIRE'),
  difficulties: [0, 1, 2, 3],
  initialLives: 5,
  score: (read) => bcd3(read, 0x82, 0x81, 0x80),
  terminal: (read) => read(0x94) > 0x40 && (read(0x86) & 15) === 0,
  lives: (read) => (read(0x86) & 15) + 1,
});
