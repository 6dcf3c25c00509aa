/** Fishing Derby (1980): our pounds of fish less theirs; 99 end it. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const fishingDerby = defineGame({
  ...defaults,
  id: 'fishing_derby',
  title: 'Fishing Derby (1980)',
  md5: ['b8865f05676e64f3bec72b9defdacfa7'],
  minimalActions: allActions,
  difficulties: [0, 1, 2, 3],
  score: (read) => bcd(read(0xbd)) - bcd(read(0xbe)),
  terminal: (read) => read(0xbd) === 0x99 || read(0xbe) === 0x99,
});
