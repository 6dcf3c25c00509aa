/** Private Eye: the score starts at 1,000; no lives. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, range } from './defaults.ts';

export const privateEye = defineGame({
  ...defaults,
  id: 'private_eye',
  title: 'Private Eye',
  md5: ['ef3a4f64b6494ba770862768caf04b86'],
  minimalActions: allActions,
  startingActions: actions('UP'),
  modes: range(0, 4),
  difficulties: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 2),
  initialState: { score: 1000 },
  score: (read) => bcd3(read, 0xca, 0xc9, 0xc8),
  terminal: (read) => read(0xc2) > 1,
});
