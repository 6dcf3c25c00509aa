/** Miniature Golf: for each hole the par less the strokes; the last hole ends the round. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const miniatureGolf = defineGame({
  ...defaults,
  id: 'miniature_golf',
  title: 'Miniature Golf',
  md5: ['df62a658496ac98a3aa4a6ee5719c251'],
  minimalActions: allActions,
  difficulties: [0, 1],
  initialLives: 1,
  initialState: { hole: 0, par: 0, strokes: 0, left: 0, leftAtStart: 0 },
  step: (read, state) => {
    state.reward = 0;
    // The left number is the player's strokes; the right one the hole's par, when it shows one.
    const left = bcd(read(0x87));
    const right = bcd(read(0x88));
    const hole = bcd(read(0xaf));
    if (hole !== state.hole) {
      const strokes = state.left + state.strokes - state.leftAtStart;
      if (strokes > 0) {
        state.reward = state.par - strokes;
      }
      if (hole === 0) {
        state.terminal = true;
      }
      state.hole = hole;
      state.strokes = 0;
      state.leftAtStart = state.left;
    }
    if (right !== 0) {
      state.par = right;
    } else {
      if (left < state.left) {
        state.strokes += state.left;
      }
      state.left = left;
    }
  },
  lives: () => 1,
});
