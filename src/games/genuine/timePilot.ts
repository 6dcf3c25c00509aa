/** Time Pilot (1983): five lives, whose byte counts only in one state of the game. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const timePilot = defineGame({
  ...defaults,
  id: 'time_pilot',
  title: 'Time Pilot (1983)',
  md5: ['fc2104dd2dadf9a6176c1c1c8f87ced9'],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPFIRE', 'RIGHTFIRE', 'LEFTFIRE', 'DOWNFIRE'),
  difficulties: [0, 1, 2],
  initialLives: 5,
  initialState: { lives: 5 },
  score: (read) => 100 * bcd2(read, 0x8d, 0x8f),
  terminal: (read) => read(0xa0) !== 0,
  after: (read, state) => {
    if ((read(0x80) & 15) === 2) {
      state.lives = (read(0x8b) & 7) + 1;
    }
  },
  lives: (_read, state) => state.lives,
});
