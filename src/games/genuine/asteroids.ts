/** Asteroids (1981): five digits that roll over. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2, rollingOver } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

export const asteroids = defineGame({
  ...defaults,
  id: 'asteroids',
  title: 'Asteroids (1981)',
  md5: ['ccbd36746ed4525821a8083b0d6d2c2c'],
  console: { hmoveBlanks: false },
  minimalActions: actions(
    'NOOP',
    'FIRE',
    'UP',
    'RIGHT',
    'LEFT',
    'DOWN',
    'UPRIGHT',
    'UPLEFT',
    'UPFIRE',
    'RIGHTFIRE',
    'LEFTFIRE',
    'DOWNFIRE',
    'UPRIGHTFIRE',
    'UPLEFTFIRE',
  ),
  modes: [...range(0, 31), 128],
  difficulties: [0, 3],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 2),
  initialLives: 4,
  score: (read) => 10 * bcd2(read, 0xbe, 0xbd),
  reward: rollingOver(100_000),
  terminal: (read) => read(0xbc) >> 4 === 0,
  lives: (read) => read(0xbc) >> 4,
});
