/** Flag Capture (1978): a point for each flag; 0xEB is the time left. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const flagCapture = defineGame({
  ...defaults,
  id: 'flag_capture',
  title: 'Flag Capture (1978)',
  md5: ['30512e0e83903fc05541d2f6a6a62654'],
  minimalActions: allActions,
  modes: [8, 9, 10],
  defaultMode: 8,
  selectMode: pressSelectUntil((read, mode) => read(0xd6) === mode, 2),
  initialLives: 1,
  score: (read) => bcd(read(0xea)),
  terminal: (read) => bcd(read(0xeb)) === 0,
  lives: () => 1,
});
