/** Space War (1978): a point for each hit; ten of them, or the end of the time, end it. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, range } from './defaults.ts';

export const spaceWar = defineGame({
  ...defaults,
  id: 'space_war',
  title: 'Space War (1978)',
  md5: ['b702641d698c60bcdc922dbd8c9dd49c'],
  minimalActions: allActions,
  modes: range(6, 17),
  defaultMode: 6,
  selectMode: pressSelectUntil((read, mode) => bcd(read(0xa7)) === mode, 2),
  initialLives: 1,
  score: (read) => bcd(read(0xa7)),
  terminal: (read, state) => state.score === 10 || read(0x80) === 0,
  lives: () => 1,
});
