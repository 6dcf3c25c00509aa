/** 3-D Tic-Tac-Toe: 1 for a line of four, -1 for one of the computer's; a full board is the end, too. */
import { actions } from '../../emulator/console/action.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

/** The board of four by four by four, a byte a cell. */
function boardIsFull(read: ReadRam): boolean {
  for (let cell = 0x9a; cell <= 0xd9; cell++) {
    if (read(cell) === 0) return false;
  }
  return true;
}

export const ticTacToe3d = defineGame({
  ...defaults,
  id: 'tic_tac_toe_3d',
  title: '3-D Tic-Tac-Toe',
  md5: ['0db4f4150fecf77e4ce72ca4d04c052f'],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPRIGHT', 'UPLEFT', 'DOWNRIGHT', 'DOWNLEFT'),
  modes: range(0, 8),
  difficulties: [0, 2],
  selectMode: pressSelectUntil((read, mode) => read(0x88) === mode, 2),
  initialLives: 1,
  step: (read, state) => {
    state.reward = 0;
    if (read(0xff) === 0xf3 && read(0xfe) === 0x10) {
      state.reward = read(0xe1) === 8 ? 1 : -1;
      state.terminal = true;
    }
    if (boardIsFull(read)) {
      state.terminal = true;
    }
  },
  lives: () => 1,
});
