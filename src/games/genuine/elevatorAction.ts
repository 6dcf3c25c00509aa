/** Elevator Action (prototype): four lives; RAM on the cartridge. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults, held } from './defaults.ts';

export const elevatorAction = defineGame({
  ...defaults,
  id: 'elevator_action',
  title: 'Elevator Action (prototype)',
  md5: ['71f8bacfbdca019113f3f0801849057e'],
  minimalActions: allActions,
  startingActions: held('FIRE', 16),
  initialLives: 4,
  score: (read) => bcd3(read, 0x89, 0x88, 0x87),
  terminal: (read) => read(0x83) === 0 && read(0x81) !== 0,
  lives: (read) => read(0x83),
});
