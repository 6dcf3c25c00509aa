/** Hangman (1978): 1 for a word, -1 for one that the computer takes; a timer that turns from 255 to 0 ends it, too. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const hangman = defineGame({
  ...defaults,
  id: 'hangman',
  title: 'Hangman (1978)',
  md5: ['f16c709df0a6c52f47ff52b9d95b7d8d'],
  minimalActions: allActions,
  modes: [0, 1, 2, 3],
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0xee) === mode, 2),
  initialLives: 1,
  initialState: { theirs: 0, ours: 0, timer: -1, timerBefore: -1 },
  step: (read, state) => {
    const theirs = bcd(read(0xec));
    const ours = bcd(read(0xeb));
    state.reward = ours - state.ours - (theirs - state.theirs);
    state.theirs = theirs;
    state.ours = ours;
    state.timerBefore = state.timer;
    state.timer = read(0xf1);
    state.terminal = state.reward !== 0 || (state.timer === 0 && state.timerBefore === 255);
  },
  lives: () => 1,
});
