/** Defender: three ships; each digit has half a byte, a blank is 10. */
import { blankable } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, range } from './defaults.ts';

export const defender = defineGame({
  ...defaults,
  id: 'defender',
  title: 'Defender',
  md5: ['0f643c34e40e3f1daafd9c524d3ffe64'],
  otherReleases: [{ md5: 'e1029676edb3d35b76ca943da7434da8' }],
  minimalActions: allActions,
  modes: [...range(1, 9), 16],
  defaultMode: 1,
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0x9b) === mode, 2),
  initialLives: 3,
  score: (read) =>
    blankable(read(0x9c) & 15) +
    10 * blankable(read(0x9d) & 15) +
    100 * blankable(read(0x9e) & 15) +
    1000 * blankable(read(0x9f) & 15) +
    10000 * blankable(read(0xa0) & 15) +
    100000 * blankable(read(0xa1) & 15),
  terminal: (read) => read(0xc2) === 0,
  lives: (read) => read(0xc2),
});
