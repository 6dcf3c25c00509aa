/** Assault (1983): four lives, six digits. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const assault = defineGame({
  ...defaults,
  id: 'assault',
  title: 'Assault (1983)',
  md5: ['de78b3a064d374390ac0710f95edde92'],
  otherReleases: [{ md5: 'c31a17942d162b80962cb1f7571cd1d5', format: 'PAL' }],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  initialLives: 4,
  score: (read) => bcd3(read, 0x82, 0x81, 0x80),
  terminal: (read) => read(0xe5) === 0,
  lives: (read) => read(0xe5),
});
