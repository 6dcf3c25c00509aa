/** Dark Chambers: a level or a score that falls is the end, as is no health. */
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults, held } from './defaults.ts';

export const darkchambers = defineGame({
  ...defaults,
  id: 'darkchambers',
  title: 'Dark Chambers',
  md5: ['106855474c69d08c8ffa308d47337269'],
  console: { hmoveBlanks: false },
  minimalActions: allActions,
  startingActions: held('NOOP', 486),
  initialLives: 1,
  initialState: { level: 0 },
  step: (read, state) => {
    state.reward = 0;
    const level = read(0xd5);
    if (level < state.level) {
      state.terminal = true;
      return;
    }
    state.level = level;
    const score = 10 * bcd2(read, 0xcc, 0xcf);
    if (score < state.score) {
      state.terminal = true;
    } else {
      state.reward = score - state.score;
      state.score = score;
    }
    if ((read(0xca) & 0x1f) === 0) {
      state.terminal = true;
    }
  },
  lives: () => 1,
});
