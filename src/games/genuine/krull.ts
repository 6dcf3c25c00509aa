/** Krull (1983): the lives in reserve are counted; 0xA2 and 0x80 tell the end of the last. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const krull = defineGame({
  ...defaults,
  id: 'krull',
  title: 'Krull (1983)',
  md5: ['4baada22435320d185c95b7dd2bcdb24'],
  otherReleases: [{ md5: 'cc724ebe74a109e39c0b2784ddc980ca', format: 'NTSC' }],
  minimalActions: allActions,
  initialLives: 3,
  score: (read) => bcd3(read, 0x9e, 0x9d, 0x9c),
  terminal: (read) => read(0x9f) === 0 && read(0xa2) === 3 && read(0x80) === 0x80,
  lives: (read) => (read(0x9f) & 7) + 1,
});
