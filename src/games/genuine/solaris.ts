/** Solaris (1986): three lives; the score counts in tens. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const solaris = defineGame({
  ...defaults,
  id: 'solaris',
  title: 'Solaris (1986)',
  md5: ['e72eb8d4410152bdcb69e7fba327b420'],
  minimalActions: allActions,
  initialLives: 3,
  score: (read) => 10 * bcd3(read, 0xdc, 0xdd, 0xde),
  terminal: (read) => read(0xd9) === 0,
  lives: (read) => read(0xd9) & 15,
});
