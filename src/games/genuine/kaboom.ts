/** Kaboom! (1981): three rows of buckets; 999,999 end the game as well. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const kaboom = defineGame({
  ...defaults,
  id: 'kaboom',
  title: 'Kaboom! (1981)',
  md5: ['5428cdfada281c569c74c7308c7f2c26'],
  otherReleases: [{ md5: 'dbdaf82f4f0c415a94d1030271a9ef44', format: 'NTSC' }],
  console: { left: 'PADDLES' },
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT'),
  startingActions: actions('FIRE'),
  initialLives: 1,
  score: (read) => bcd3(read, 0xa5, 0xa4, 0xa3),
  terminal: (read, state) => read(0xa1) === 0 || state.score === 999999,
  lives: () => 1,
});
