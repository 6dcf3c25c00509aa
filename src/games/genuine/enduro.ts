/** Enduro (1983): cars passed on all days; the display counts down from 200 on the first day, from 300 on later ones. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const enduro = defineGame({
  ...defaults,
  id: 'enduro',
  title: 'Enduro (1983)',
  md5: ['94b92a882f6dbaa6993a46e2dcc58402'],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'DOWN', 'DOWNRIGHT', 'DOWNLEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  startingActions: actions('FIRE'),
  score: (read) => {
    const day = read(0xad);
    const carsLeft = bcd2(read, 0xab, 0xac);
    return day === 0 ? 0 : 300 * (day - 1) + 200 - carsLeft;
  },
  terminal: (read) => read(0xaf) === 0xff,
});
