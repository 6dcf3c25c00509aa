/** Human Cannonball: a point for each landing in the tower; seven of those or seven misses end it. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, range } from './defaults.ts';

export const humanCannonball = defineGame({
  ...defaults,
  id: 'human_cannonball',
  title: 'Human Cannonball',
  md5: ['7972e5101fa548b952d852db24ad6060'],
  minimalActions: allActions,
  modes: range(0, 7),
  difficulties: [0, 1],
  // The bytes of the score show the mode, from 1 on, and then the players.
  selectMode: pressSelectUntil((read, mode) => ((read(0xb6) - 1) & 0xff) === mode && read(0xb7) === 1, 2),
  initialLives: 1,
  score: (read) => bcd(read(0xb6)),
  terminal: (read, state) => state.score === 7 || bcd(read(0xb7)) === 7,
  lives: () => 1,
});
