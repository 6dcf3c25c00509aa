/** Zaxxon: five lives; the score counts in hundreds. */
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const zaxxon = defineGame({
  ...defaults,
  id: 'zaxxon',
  title: 'Zaxxon',
  md5: ['eea0da9b987d661264cce69a7c13c3bd'],
  minimalActions: allActions,
  modes: [0, 8, 16, 24],
  selectMode: pressSelectUntil((read, mode) => read(0x82) === mode, 10),
  initialLives: 5,
  score: (read) => 100 * bcd2(read, 0xe9, 0xe8),
  terminal: (read) => (read(0xea) & 7) === 0,
  lives: (read) => read(0xea) & 7,
});
