/** Casino: chips of blackjack or poker; mode 3 counts and ends in its own way. */
import { actions } from '../../emulator/console/action.ts';
import { bcd, bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, held } from './defaults.ts';

export const casino = defineGame({
  ...defaults,
  id: 'casino',
  title: 'Casino',
  md5: ['b816296311019ab69a21cb9e9e235d12'],
  console: { left: 'PADDLES' },
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'DOWN'),
  startingActions: [...held('NOOP', 60), ...held('FIRE', 2)],
  modes: [0, 2, 3],
  difficulties: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0xd4) === mode, 2),
  initialLives: 1,
  step: (read, state) => {
    const score = bcd2(read, 0x95, 0x8c);
    const won = score - state.score;
    if (read(0xd4) === 3) {
      state.reward = won;
      state.terminal = score > 0 && read(0x9e) === 0xaa;
    } else {
      // While this bit is set nothing is won or lost: the reward of the frame before stays as it is.
      const pending = (read(0xd3) & 0x80) !== 0;
      if (!pending) {
        state.reward = won;
      }
      state.terminal = score === 0 || (bcd(read(0x9e)) > 0 && pending);
    }
    state.score = score;
  },
  lives: () => 1,
});
