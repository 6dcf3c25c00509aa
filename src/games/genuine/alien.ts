/** Alien (1982): six digits, each in a byte of its own and times eight. */
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

/** The digit in a byte: its upper five bits, but 0x80 stands for a blank. */
const digit = (byte: number) => (byte === 0x80 ? 0 : byte >> 3);

export const alien = defineGame({
  ...defaults,
  id: 'alien',
  title: 'Alien (1982)',
  md5: ['f1a0a23e6464d954e3a9579c4ccd01c8'],
  minimalActions: allActions,
  modes: [0, 1, 2, 3],
  difficulties: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0x81) === mode, 1),
  initialLives: 3,
  score: (read) =>
    10 *
    (digit(read(0x8b)) +
      10 * digit(read(0x89)) +
      100 * digit(read(0x87)) +
      1000 * digit(read(0x85)) +
      10000 * digit(read(0x83))),
  terminal: (read) => (read(0xc0) & 15) === 0,
  lives: (read) => read(0xc0) & 15,
});
