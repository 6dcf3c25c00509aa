/** Frostbite (1983): the lives in reserve are counted; bit 7 of 0xF1 tells the end of the last. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const frostbite = defineGame({
  ...defaults,
  id: 'frostbite',
  title: 'Frostbite (1983)',
  md5: ['4ca73eb959299471788f0b685c3ba0b5'],
  minimalActions: allActions,
  modes: [0, 2],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 1),
  initialLives: 4,
  score: (read) => bcd3(read, 0xca, 0xc9, 0xc8),
  terminal: (read) => (read(0xcc) & 15) === 0 && (read(0xf1) & 0x80) !== 0,
  lives: (read) => (read(0xcc) & 15) + 1,
});
