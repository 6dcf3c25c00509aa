/** Tetris 2600 (homebrew): four digits; the score is forgotten at the end. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const tetris = defineGame({
  ...defaults,
  id: 'tetris',
  title: 'Tetris 2600 (homebrew)',
  md5: ['b0e1ee07fbc73493eac5651a52f90f00'],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'DOWN'),
  step: (read, state) => {
    const score = bcd2(read, 0xf1, 0xf2);
    state.reward = Math.max(0, score - state.score);
    state.terminal = (read(0xf3) & 0x80) !== 0;
    state.score = state.terminal ? 0 : score;
  },
});
