/** Asterix: three lives; the last one is over when 0xC7 is 1. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const asterix = defineGame({
  ...defaults,
  id: 'asterix',
  title: 'Asterix',
  md5: ['89a68746eff7f266bbf08de2483abe55'],
  minimalActions: actions('NOOP', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPRIGHT', 'UPLEFT', 'DOWNRIGHT', 'DOWNLEFT'),
  startingActions: actions('FIRE'),
  initialLives: 3,
  score: (read) => bcd3(read, 0xe0, 0xdf, 0xde),
  terminal: (read) => read(0xc7) === 1 && (read(0xd3) & 15) === 1,
  lives: (read) => read(0xd3) & 15,
});
