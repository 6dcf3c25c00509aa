/** Pooyan: the lives in reserve are counted; SELECT has to be pressed once before modes can be told apart. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

const select = pressSelectUntil((read, mode) => read(0xbd) === mode, 2);

export const pooyan = defineGame({
  ...defaults,
  id: 'pooyan',
  title: 'Pooyan',
  md5: ['4799a40b6e889370b7ee55c17ba65141'],
  otherReleases: [{ md5: '668dc528b7ea9345140f4fcfbecf7066', format: 'PAL', console: { yStart: 34, height: 210 } }],
  console: { yStart: 26, height: 220 },
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'DOWN', 'UPFIRE', 'DOWNFIRE'),
  modes: [10, 30, 50, 70],
  defaultMode: 10,
  selectMode: (console, mode) => {
    console.pressSelect(2);
    select(console, mode);
  },
  initialLives: 3,
  score: (read) => bcd3(read, 0x8a, 0x89, 0x88),
  terminal: (read) => read(0x96) === 0 && read(0x98) === 5,
  lives: (read) => (read(0x96) & 7) + 1,
});
