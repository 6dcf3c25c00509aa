/** Air Raid (1982): six digits; a long SELECT comes before the mode is looked for. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

const select = pressSelectUntil((read, mode) => read(0xaa) === mode, 10);

export const airRaid = defineGame({
  ...defaults,
  id: 'air_raid',
  title: 'Air Raid (1982)',
  md5: ['35be55426c1fec32dfb503b4f0651572'],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  startingActions: actions('FIRE'),
  modes: range(1, 8),
  defaultMode: 1,
  selectMode: (console, mode) => {
    console.pressSelect(20);
    select(console, mode);
  },
  initialLives: 1,
  score: (read) => bcd3(read, 0xaa, 0xa9, 0xa8),
  terminal: (read) => read(0xa7) === 0xff,
  lives: () => 1,
});
