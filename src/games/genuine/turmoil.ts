/** Turmoil (1982): four lives; the score counts in tens, with a byte of its own for some of them. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

export const turmoil = defineGame({
  ...defaults,
  id: 'turmoil',
  title: 'Turmoil (1982)',
  md5: ['7a5463545dfb2dcfdafa6074b2f2c15e'],
  minimalActions: actions(
    'NOOP',
    'FIRE',
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
  ),
  startingActions: actions('FIRE'),
  modes: range(0, 8),
  selectMode: pressSelectUntil((read, mode) => read(0xea) === mode, 2),
  initialLives: 4,
  score: (read) => 10 * (bcd2(read, 0x89, 0x8a) + read(0xd3)),
  terminal: (read) => read(0xb9) === 0 && read(0xc5) === 1,
  lives: (read) => read(0xb9),
});
