/** Laser Gates (1983): six digits; the RESET switch starts the game. */
import { bcd3 } from '../digits.ts';
import { defineGame, resetSwitch } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const laserGates = defineGame({
  ...defaults,
  id: 'laser_gates',
  title: 'Laser Gates (1983)',
  md5: ['8e4cd60d93fcde8065c1a2b972a26377'],
  minimalActions: allActions,
  startingActions: [resetSwitch],
  score: (read) => bcd3(read, 0x82, 0x81, 0x80),
  terminal: (read) => read(0x83) === 0,
});
