/** Mario Bros. (1983): the score counts in hundreds; FIRE leaves the title screen. */
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, held } from './defaults.ts';

export const marioBros = defineGame({
  ...defaults,
  id: 'mario_bros',
  title: 'Mario Bros. (1983)',
  md5: ['e908611d99890733be31733a979c62d8'],
  minimalActions: allActions,
  startingActions: [...held('NOOP', 10), ...held('FIRE', 7)],
  modes: [0, 2, 4, 6],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 5),
  score: (read) => 100 * bcd2(read, 0x8a, 0x89),
  terminal: (read) => read(0x87) === 0,
  lives: (read) => read(0x87),
});
