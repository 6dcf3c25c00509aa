/** Donkey Kong (1982): two lives; three bytes tell the end of the last. */
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const donkeyKong = defineGame({
  ...defaults,
  id: 'donkey_kong',
  title: 'Donkey Kong (1982)',
  md5: ['36b20c427975760cb9cf4a47e41369e4'],
  minimalActions: allActions,
  initialLives: 2,
  score: (read) => 100 * bcd2(read, 0x88, 0x87),
  terminal: (read) => read(0xa3) === 0 && read(0x8f) === 3 && read(0x8b) === 0x1f,
  lives: (read) => read(0xa3),
});
