/** Gopher (1982): a carrot is a life; a soft reset comes before SELECT. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

const carrots = (read: ReadRam) => read(0xb4) & 7;
const select = pressSelectUntil((read, mode) => read(0xd3) === mode, 5);

export const gopher = defineGame({
  ...defaults,
  id: 'gopher',
  title: 'Gopher (1982)',
  md5: ['c16c79aad6272baffb8aae9a7fff0864'],
  otherReleases: [{ md5: '8f90590dba143d783df5a6cff2000e4d', format: 'PAL' }],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'UPFIRE', 'RIGHTFIRE', 'LEFTFIRE'),
  startingActions: actions('FIRE'),
  modes: [0, 2],
  difficulties: [0, 1],
  selectMode: (console, mode) => {
    console.softReset();
    select(console, mode);
  },
  initialLives: 3,
  score: (read) => bcd3(read, 0xb2, 0xb1, 0xb0),
  terminal: (read) => carrots(read) === 0,
  // Each of the three carrots is a bit.
  lives: (read) => (carrots(read) & 1) + ((carrots(read) >> 1) & 1) + (carrots(read) >> 2),
});
