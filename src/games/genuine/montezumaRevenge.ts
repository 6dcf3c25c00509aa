/** Montezuma's Revenge (1984): the lives in reserve are counted; 0xFE tells the end of the last. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const montezumaRevenge = defineGame({
  ...defaults,
  id: 'montezuma_revenge',
  title: "Montezuma's Revenge (1984)",
  md5: ['3347a6dd59049b15a38394aa2dafa585'],
  minimalActions: allActions,
  initialLives: 6,
  score: (read) => bcd3(read, 0x95, 0x94, 0x93),
  terminal: (read) => read(0xba) === 0 && read(0xfe) === 0x60,
  lives: (read) => (read(0xba) & 7) + 1,
});
