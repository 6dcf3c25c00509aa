/** Kangaroo (1983): the lives in reserve are counted, and 0xFF of them is the end. */
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const kangaroo = defineGame({
  ...defaults,
  id: 'kangaroo',
  title: 'Kangaroo (1983)',
  md5: ['4326edb70ff20d0ee5ba58fa5cb09d60'],
  minimalActions: allActions,
  modes: [0, 1],
  // The title screen sets bit 7 of the byte of the mode.
  selectMode: pressSelectUntil((read, mode) => read(0xba) === mode || read(0xba) === mode + 0x80, 2),
  initialLives: 3,
  score: (read) => 100 * bcd2(read, 0xa8, 0xa7),
  terminal: (read) => read(0xad) === 0xff,
  lives: (read) => (read(0xad) & 7) + 1,
});
