/** Journey Escape (1982): the score falls, too; the clock ends the concert. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const journeyEscape = defineGame({
  ...defaults,
  id: 'journey_escape',
  title: 'Journey Escape (1982)',
  md5: ['718ae62c70af4e5fd8e932fee216948a'],
  console: { height: 230 },
  minimalActions: actions(
    'NOOP',
    'UP',
    'RIGHT',
    'LEFT',
    'DOWN',
    'UPRIGHT',
    'UPLEFT',
    'DOWNRIGHT',
    'DOWNLEFT',
    'RIGHTFIRE',
    'LEFTFIRE',
    'DOWNFIRE',
    'UPRIGHTFIRE',
    'UPLEFTFIRE',
    'DOWNRIGHTFIRE',
    'DOWNLEFTFIRE',
  ),
  startingActions: actions('FIRE'),
  difficulties: [0, 1],
  score: (read) => bcd3(read, 0x92, 0x91, 0x90),
  // The 50,000 that a game starts with are no reward.
  reward: (_read, state, score) => (score - state.score === 50000 ? 0 : score - state.score),
  terminal: (read) => read(0x95) === 0 && read(0x96) === 0,
});
