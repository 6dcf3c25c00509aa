/** TRON: Deadly Discs: five hits end the game; the lives are what is left of them. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const trondead = defineGame({
  ...defaults,
  id: 'trondead',
  title: 'TRON: Deadly Discs',
  md5: ['fb27afe896e7c928089307b32e5642ee'],
  minimalActions: allActions,
  difficulties: [0, 1],
  initialLives: 5,
  score: (read) => bcd3(read, 0xbf, 0xbe, 0xbd),
  terminal: (read) => read(0xc8) === 5,
  lives: (read) => 5 - read(0xc8),
});
