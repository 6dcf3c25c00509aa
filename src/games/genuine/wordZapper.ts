/** Word Zapper (1982): a point for each word, of three; it counts while the clock runs. */
import { actions } from '../../emulator/console/action.ts';
import { bcd, signed } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, held, range } from './defaults.ts';

export const wordZapper = defineGame({
  ...defaults,
  id: 'word_zapper',
  title: 'Word Zapper (1982)',
  md5: ['ec3beb6d8b5689e867bafb5d5f507491'],
  minimalActions: allActions,
  startingActions: [...held('NOOP', 486), ...actions('FIRE'), ...held('NOOP', 2)],
  modes: range(0, 23),
  difficulties: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0xdb) === mode, 2),
  initialLives: 1,
  step: (read, state) => {
    if (bcd(read(0xcf)) === 0) return;
    const score = 2 - signed(read(0xdc));
    state.reward = score - state.score;
    state.score = score;
    state.terminal = score === 3 || bcd(read(0xde)) === 0;
  },
  lives: () => 1,
});
