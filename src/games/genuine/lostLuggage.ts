/** Lost Luggage: three suitcases; FIRE does nothing. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, fireActions } from './defaults.ts';

export const lostLuggage = defineGame({
  ...defaults,
  id: 'lost_luggage',
  title: 'Lost Luggage',
  md5: ['2d76c5d1aad506442b9e9fb67765e051'],
  minimalActions: actions('NOOP', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPRIGHT', 'UPLEFT', 'DOWNRIGHT', 'DOWNLEFT'),
  illegalActions: fireActions,
  startingActions: actions('FIRE'),
  modes: [0, 1],
  difficulties: [0, 1],
  // The top digits of the score show 1 for mode 0 and 4 for mode 1.
  selectMode: pressSelectUntil((read, mode) => read(0x94) === 1 + 3 * mode, 2),
  initialLives: 3,
  score: (read) => bcd3(read, 0x96, 0x95, 0x94),
  terminal: (read) => read(0xca) === 0 && read(0xc8) === 0x0a && read(0xa5) === 0 && read(0xa9) === 0,
  lives: (read) => read(0xca),
});
