/** Bank Heist (1983): five lives, six digits. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const bankHeist = defineGame({
  ...defaults,
  id: 'bank_heist',
  title: 'Bank Heist (1983)',
  md5: ['00ce0bdd43aed84a983bef38fe7f5ee3'],
  otherReleases: [{ md5: '83b8c01c72306d60dd9b753332ebd276', format: 'PAL' }],
  minimalActions: allActions,
  modes: [0, 4, 8, 12, 16, 20, 24, 28],
  difficulties: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 1),
  initialLives: 5,
  score: (read) => bcd3(read, 0xda, 0xd9, 0xd8),
  terminal: (read) => read(0xce) === 1 && read(0xd5) === 0,
  lives: (read) => read(0xd5),
});
