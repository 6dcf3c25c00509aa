/** Skiing (1980): the score is the time, in hundredths of a second, and its loss the reward; FIRE does nothing. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults, fireActions, held } from './defaults.ts';

export const skiing = defineGame({
  ...defaults,
  id: 'skiing',
  title: 'Skiing (1980)',
  md5: ['b76fbadc8ffb1f83e2ca08b6fb4d6c9f'],
  otherReleases: [{ md5: '367411b78119299234772c08df10e134', format: 'PAL' }],
  minimalActions: actions('NOOP', 'RIGHT', 'LEFT'),
  illegalActions: fireActions,
  startingActions: held('DOWN', 16),
  // Minutes are not decimal digits, seconds and their hundredths are.
  score: (read) => 6000 * read(0xe8) + bcd2(read, 0xea, 0xe9),
  reward: (_read, state, score) => state.score - score,
  terminal: (read) => read(0x91) === 0xff,
});
