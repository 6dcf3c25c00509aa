/** Sir Lancelot (1983): three lives; the RESET switch starts the game. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame, resetSwitch } from '../game.ts';
import { defaults } from './defaults.ts';

export const sirLancelot = defineGame({
  ...defaults,
  id: 'sir_lancelot',
  title: 'Sir Lancelot (1983)',
  md5: ['dd0cbe5351551a538414fb9e37fc56e8'],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  startingActions: [resetSwitch, ...actions('LEFT')],
  initialLives: 3,
  score: (read) => bcd3(read, 0xa0, 0x9f, 0x9e),
  terminal: (read) => read(0xa9) === 0 && read(0xa7) === 0xa0,
  lives: (read) => read(0xa9),
});
