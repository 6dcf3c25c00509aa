/** Berzerk (1982): three lives; the mode is selected after 20 quiet frames. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, range } from './defaults.ts';

const [noop] = actions('NOOP');
const select = pressSelectUntil((read, mode) => read(0x80) === mode, 2);

export const berzerk = defineGame({
  ...defaults,
  id: 'berzerk',
  title: 'Berzerk (1982)',
  md5: ['136f75c4dd02c29283752b7e5799f978'],
  otherReleases: [{ md5: 'fac28963307b6e85082ccd77c88325e7', format: 'NTSC' }],
  minimalActions: allActions,
  modes: [...range(1, 9), 16, 17, 18],
  defaultMode: 1,
  selectMode: (console, mode) => {
    for (let frame = 0; frame < 20; frame++) console.act(noop);
    select(console, mode);
  },
  initialLives: 3,
  score: (read) => bcd3(read, 0xdf, 0xde, 0xdd),
  terminal: (read) => read(0xda) === 0xff,
  lives: (read) => read(0xda) + 1,
});
