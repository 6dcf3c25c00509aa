/** Blackjack (1977): four digits of chips; 0x0BBB stands for none left. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { defaults } from './defaults.ts';

const broke = (read: ReadRam) => read(0x86) === 0x0b && read(0x89) === 0xbb;

export const blackjack = defineGame({
  ...defaults,
  id: 'blackjack',
  title: 'Blackjack (1977)',
  md5: ['0a981c03204ac2b278ba392674682560'],
  console: { left: 'PADDLES' },
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'DOWN'),
  difficulties: [0, 1, 2, 3],
  initialLives: 1,
  score: (read) => (broke(read) ? 0 : bcd2(read, 0x89, 0x86)),
  terminal: (read, state) => broke(read) || state.score >= 1000,
  lives: () => 1,
});
