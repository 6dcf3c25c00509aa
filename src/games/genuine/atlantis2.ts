/** Atlantis II (1982): as Atlantis, but with digits elsewhere and no modes. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { defaults } from './defaults.ts';

const over = (read: ReadRam) => read(0xf1) === 0xff;

export const atlantis2 = defineGame({
  ...defaults,
  id: 'atlantis2',
  title: 'Atlantis II (1982)',
  md5: ['826481f6fc53ea47c9f272f7050eedf7'],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHTFIRE', 'LEFTFIRE'),
  score: (read) => bcd3(read, 0xa1, 0xa2, 0xa3),
  reward: (read, state, score) => (over(read) ? 0 : score - state.score),
  keepScoreIf: over,
  terminal: over,
  lives: (read) => read(0xf1),
});
