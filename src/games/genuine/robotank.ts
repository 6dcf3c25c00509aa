/** Robotank (1983): squadrons of twelve, and the tanks of this one. */
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const robotank = defineGame({
  ...defaults,
  id: 'robotank',
  title: 'Robotank (1983)',
  md5: ['4f618c2429138e0280969193ed6c107e'],
  minimalActions: allActions,
  initialLives: 4,
  // 0xB6 counts squadrons of twelve that were destroyed.
  score: (read) => 12 * read(0xb6) + read(0xb5),
  terminal: (read) => read(0xa8) === 0 && read(0xb4) === 0xff,
  lives: (read) => (read(0xa8) & 15) + 1,
});
