/** Breakout (1978): five balls, FIRE serves. */
import { actions } from '../../emulator/console/action.ts';
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const genuineBreakout = defineGame({
  ...defaults,
  id: 'breakout',
  title: 'Breakout (1978)',
  md5: ['f34f08e5eb96e500e851a80be3277a56'],
  console: { left: 'PADDLES' },
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT'),
  modes: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44],
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0xb2) === mode, 1),
  initialLives: 5,
  // The byte of lives is 0 until the game has set it up, which is not the end of an episode.
  initialState: { started: false },
  before: (read, state) => {
    if (read(0xb9) === 5) {
      state.started = true;
    }
  },
  score: (read) => bcd(read(0xcd)) + 100 * (read(0xcc) & 15),
  terminal: (read, state) => state.started && read(0xb9) === 0,
  lives: (read) => read(0xb9),
});
