/** Stargunner: five lives, which count once all five were seen; each digit has half a byte, a blank is 10. */
import { blankable } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const starGunner = defineGame({
  ...defaults,
  id: 'star_gunner',
  title: 'Stargunner',
  md5: ['a3c1c70024d7aabb41381adbfb6d3b25'],
  minimalActions: allActions,
  modes: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0xf4) === mode, 15),
  initialLives: 5,
  initialState: { started: false },
  before: (read, state) => {
    state.started ||= read(0x87) === 5;
  },
  score: (read) =>
    100 *
    (blankable(read(0x83) & 15) +
      10 * blankable(read(0x84) & 15) +
      100 * blankable(read(0x85) & 15) +
      1000 * blankable(read(0x86) & 15)),
  terminal: (read) => read(0x87) === 0,
  lives: (read, state) => (state.started ? read(0x87) & 15 : 5),
});
