/** Carnival (1982): the score counts in tens; 0x83 counts the bullets. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const carnival = defineGame({
  ...defaults,
  id: 'carnival',
  title: 'Carnival (1982)',
  md5: ['028024fb8e5e5f18ea586652f9799c96'],
  otherReleases: [{ md5: 'de29e46dbea003c3c09c892d668b9413', format: 'PAL', console: { yStart: 34, height: 210 } }],
  console: { yStart: 26, height: 214 },
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  score: (read) => 10 * bcd2(read, 0xae, 0xad),
  terminal: (read) => read(0x83) === 0,
});
