/** SwordQuest: EarthWorld (1982): a point for each clue, of ten. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const earthworld = defineGame({
  ...defaults,
  id: 'earthworld',
  title: 'SwordQuest: EarthWorld (1982)',
  md5: ['5aea9974b975a6a844e6df10d2b861c4'],
  minimalActions: allActions,
  initialLives: 1,
  score: (read) => bcd(read(0xa7)),
  terminal: (_read, state) => state.score === 10,
  lives: () => 1,
});
