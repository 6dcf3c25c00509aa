/** Surround (1977): our rounds less theirs, first to ten; the stick belongs into the right port. */
import { actions } from '../../emulator/console/action.ts';
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const surround = defineGame({
  ...defaults,
  id: 'surround',
  title: 'Surround (1977)',
  md5: ['4d7517ae69f95cfbc053be01312b7dba'],
  console: { swapPorts: true },
  minimalActions: actions('NOOP', 'UP', 'RIGHT', 'LEFT', 'DOWN'),
  modes: [0, 2],
  difficulties: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0xf9) === mode + 1, 2),
  initialLives: 1,
  score: (read) => bcd(read(0xf7)) - bcd(read(0xf6)),
  terminal: (read) => bcd(read(0xf6)) === 10 || bcd(read(0xf7)) === 10,
  lives: () => 1,
});
