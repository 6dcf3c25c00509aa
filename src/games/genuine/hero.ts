/** H.E.R.O. (1984): four lives, six digits. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, range } from './defaults.ts';

export const hero = defineGame({
  ...defaults,
  id: 'hero',
  title: 'H.E.R.O. (1984)',
  md5: ['fca4a5be1251927027f2c24774a02160'],
  minimalActions: allActions,
  modes: range(0, 4),
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 1),
  initialLives: 4,
  score: (read) => bcd3(read, 0xb9, 0xb8, 0xb7),
  terminal: (read) => read(0xb3) === 0,
  lives: (read) => read(0xb3),
});
