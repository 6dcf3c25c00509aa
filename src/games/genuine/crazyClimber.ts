/** Crazy Climber: five climbers; each digit has a byte of its own; a score that falls is no loss. */
import { actions } from '../../emulator/console/action.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const crazyClimber = defineGame({
  ...defaults,
  id: 'crazy_climber',
  title: 'Crazy Climber',
  md5: ['55ef7b65066428367844342ed59f956c'],
  minimalActions: actions('NOOP', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPRIGHT', 'UPLEFT', 'DOWNRIGHT', 'DOWNLEFT'),
  modes: [0, 1, 2, 3],
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 2),
  initialLives: 5,
  score: (read) => 100 * (read(0x82) + 10 * read(0x83) + 100 * read(0x84) + 1000 * read(0x85)),
  reward: (_read, state, score) => Math.max(0, score - state.score),
  terminal: (read) => read(0xaa) === 0,
  lives: (read) => read(0xaa),
});
