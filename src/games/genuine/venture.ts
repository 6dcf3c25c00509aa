/** Venture (1982): the lives in reserve are counted; 0xCD and bit 7 of 0xBF tell the end of the last. */
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const venture = defineGame({
  ...defaults,
  id: 'venture',
  title: 'Venture (1982)',
  md5: ['3e899eba0ca8cd2972da1ae5479b4f0d'],
  otherReleases: [{ md5: 'c63a98ca404aa5ee9fcff1de488c3f43', format: 'NTSC' }],
  minimalActions: allActions,
  difficulties: [0, 1, 2, 3],
  initialLives: 4,
  score: (read) => 100 * bcd2(read, 0xc8, 0xc7),
  terminal: (read) => read(0xc6) === 0 && read(0xcd) === 0xff && (read(0xbf) & 0x80) !== 0,
  lives: (read) => (read(0xc6) & 7) + 1,
});
