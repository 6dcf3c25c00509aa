/** Video Chess (1979): 1 for mate, -1 for being mated. */
import { actions } from '../../emulator/console/action.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

export const videoChess = defineGame({
  ...defaults,
  id: 'video_chess',
  title: 'Video Chess (1979)',
  md5: ['f0b7db930ca0e548c41a97160b9f6275'],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPRIGHT', 'UPLEFT', 'DOWNRIGHT', 'DOWNLEFT'),
  modes: range(0, 4),
  selectMode: pressSelectUntil((read, mode) => read(0xea) === mode, 1),
  initialLives: 1,
  step: (read, state) => {
    state.reward = 0;
    const result = read(0xee);
    if (read(0xe1) === 0x82 && result <= 1) {
      state.reward = result === 0 ? 1 : -1;
      state.terminal = true;
    }
  },
  lives: () => 1,
});
