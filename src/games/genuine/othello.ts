/** Othello: our discs less theirs; more than 50 frames in a row with 0xC0 at 0 are the end. */
import { actions } from '../../emulator/console/action.ts';
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const othello = defineGame({
  ...defaults,
  id: 'othello',
  title: 'Othello',
  md5: ['113cd09c9771ac278544b7e90efe7df2'],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPRIGHT', 'UPLEFT', 'DOWNRIGHT', 'DOWNLEFT'),
  modes: [0, 1, 2],
  difficulties: [0, 2],
  selectMode: pressSelectUntil((read, mode) => ((read(0xde) - 1) & 0xff) === mode, 2),
  initialLives: 1,
  initialState: { idleFrames: 0 },
  before: (read, state) => {
    state.idleFrames = read(0xc0) === 0 ? state.idleFrames + 1 : 0;
  },
  score: (read) => bcd(read(0xce)) - bcd(read(0xd0)),
  terminal: (_read, state) => state.idleFrames > 50,
  lives: () => 1,
});
