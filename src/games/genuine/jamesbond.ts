/** James Bond 007: the lives in reserve are counted; 0x8C shows the mode and the end. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const jamesbond = defineGame({
  ...defaults,
  id: 'jamesbond',
  title: 'James Bond 007',
  md5: ['e51030251e440cffaab1ac63438b44ae'],
  minimalActions: allActions,
  modes: [0, 1],
  // The title screen adds 0x48 to the byte of the mode.
  selectMode: pressSelectUntil((read, mode) => read(0x8c) === mode || read(0x8c) === mode + 0x48, 20),
  initialLives: 6,
  score: (read) => bcd3(read, 0xdc, 0xdd, 0xde),
  terminal: (read) => (read(0x86) & 15) === 0 && read(0x8c) === 0x68,
  lives: (read) => (read(0x86) & 15) + 1,
});
