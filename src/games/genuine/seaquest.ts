/** Seaquest (1983): the lives in reserve are counted; 0xA3 tells the end. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const seaquest = defineGame({
  ...defaults,
  id: 'seaquest',
  title: 'Seaquest (1983)',
  md5: ['240bfbac5163af4df5ae713985386f92'],
  minimalActions: allActions,
  difficulties: [0, 1],
  initialLives: 4,
  score: (read) => bcd3(read, 0xba, 0xb9, 0xb8),
  terminal: (read) => read(0xa3) !== 0,
  lives: (read) => read(0xbb) + 1,
});
