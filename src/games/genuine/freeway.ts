/** Freeway (1981): a point for each chicken that crosses the road. */
import { actions } from '../../emulator/console/action.ts';
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

export const freeway = defineGame({
  ...defaults,
  id: 'freeway',
  title: 'Freeway (1981)',
  md5: ['8e0ab801b1705a740b476b7f588c6d16'],
  minimalActions: actions('NOOP', 'UP', 'DOWN'),
  modes: range(0, 7),
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 1),
  score: (read) => bcd(read(0xe7)),
  // A score that falls is no loss.
  reward: (_read, state, score) => Math.min(1, Math.max(0, score - state.score)),
  terminal: (read) => read(0x96) === 1,
});
