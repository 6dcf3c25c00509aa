/** Kool-Aid Man (1983): the score counts in hundreds; no lives. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const koolaid = defineGame({
  ...defaults,
  id: 'koolaid',
  title: 'Kool-Aid Man (1983)',
  md5: ['534e23210dd1993c828d944c6ac4d9fb'],
  minimalActions: actions('NOOP', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPRIGHT', 'UPLEFT', 'DOWNRIGHT', 'DOWNLEFT'),
  score: (read) => 100 * bcd2(read, 0x81, 0x80),
  terminal: (read) => read(0xd1) === 0x80,
});
