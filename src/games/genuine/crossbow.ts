/** Crossbow: six digits; no lives to count. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const crossbow = defineGame({
  ...defaults,
  id: 'crossbow',
  title: 'Crossbow',
  md5: ['8cd26dcf249456fe4aeb8db42d49df74'],
  minimalActions: allActions,
  modes: [0, 2, 4, 6],
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => ((read(0x8d) - 1) & 0xff) === mode, 2),
  initialLives: 1,
  score: (read) => bcd3(read, 0x8d, 0x8c, 0x8b),
  terminal: (read) => read(0xe7) === 0x82,
  lives: () => 1,
});
