/** Q*bert (1983): lives are counted by how their byte falls; the frames of the end are worth nothing. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3, signed } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const qbert = defineGame({
  ...defaults,
  id: 'qbert',
  title: 'Q*bert (1983)',
  md5: ['484b0076816a104875e00467d431c2d2'],
  console: { yStart: 40 },
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN'),
  difficulties: [0, 1],
  initialLives: 4,
  initialState: { lives: 4, shown: 2 },
  step: (read, state) => {
    // What the byte shows: the lives in reserve, -1 during the last, and 0xFE or back from -1 to 2 at the end.
    const shown = signed(read(0x88));
    state.terminal = shown === -2 || (shown === 2 && state.shown === -1);
    if (shown === state.shown - 1) {
      state.lives--;
    }
    state.shown = shown;
    if (state.terminal) {
      state.reward = 0;
      return;
    }
    const score = bcd3(read, 0xdb, 0xda, 0xd9);
    state.reward = score - state.score;
    state.score = score;
  },
  lives: (_read, state) => state.lives,
});
