/** Gravitar (1983): six ships at first; their byte counts only once the game runs. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults, held, range } from './defaults.ts';

export const gravitar = defineGame({
  ...defaults,
  id: 'gravitar',
  title: 'Gravitar (1983)',
  md5: ['8ac18076d01a6b63acf6e2cab4968940'],
  otherReleases: [{ md5: '4767356fa0ed3ebe21437b4473d4ee28', format: 'NTSC' }],
  minimalActions: allActions,
  startingActions: held('FIRE', 16),
  modes: range(0, 4),
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 10),
  initialLives: 6,
  score: (read) => bcd3(read, 0x89, 0x88, 0x87),
  terminal: (read) => read(0x81) === 1,
  lives: (read) => (read(0x81) === 0 ? 6 : read(0x84) + 1),
});
