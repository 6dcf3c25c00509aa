/** Bowling: ten frames of pins, four digits, no lives. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

export const bowling = defineGame({
  ...defaults,
  id: 'bowling',
  title: 'Bowling',
  md5: ['c9b7afad3bfd922e006a6bfc1d4f3fe7'],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'DOWN', 'UPFIRE', 'DOWNFIRE'),
  modes: [0, 2, 4],
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0x82) === mode, 2),
  score: (read) => bcd2(read, 0xa1, 0xa6),
  terminal: (read) => read(0xa4) > 0x10,
});
