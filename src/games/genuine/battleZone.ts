/** Battlezone (1983): five lives; the score counts in thousands and shows a blank as 10. */
import { blankable } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const battleZone = defineGame({
  ...defaults,
  id: 'battle_zone',
  title: 'Battlezone (1983)',
  md5: ['41f252a66c6301f1e8ab3612c19bc5d4'],
  otherReleases: [{ md5: 'e434c0e161dd3c3fb435eb6bad2e182c', format: 'NTSC' }],
  console: { hmoveBlanks: false },
  minimalActions: allActions,
  modes: [1, 2, 3],
  defaultMode: 1,
  selectMode: pressSelectUntil((read, mode) => read(0xa1) === mode, 2),
  initialLives: 5,
  score: (read) =>
    1000 * (blankable(read(0x9d) >> 4) + 10 * blankable(read(0x9e) & 15) + 100 * blankable(read(0x9e) >> 4)),
  terminal: (read) => (read(0xba) & 15) === 0,
  lives: (read) => read(0xba) & 15,
});
