/** Yars' Revenge (1982): four lives; SELECT has to be pressed once before modes can be told apart. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

const select = pressSelectUntil((read, mode) => read(0xe3) === mode, 1);

export const yarsRevenge = defineGame({
  ...defaults,
  id: 'yars_revenge',
  title: "Yars' Revenge (1982)",
  md5: ['c5930d0e8cdae3e037349bfa08e871be'],
  otherReleases: [{ md5: 'ee8027d554d14c8d0b86f94737d2fdcc', format: 'NTSC' }],
  minimalActions: allActions,
  startingActions: actions('FIRE'),
  modes: [0, 32, 64, 96],
  difficulties: [0, 1],
  selectMode: (console, mode) => {
    console.pressSelect(2);
    select(console, mode);
  },
  initialLives: 4,
  score: (read) => bcd3(read, 0xe2, 0xe1, 0xe0),
  terminal: (read) => read(0x9e) >> 4 === 0,
  lives: (read) => read(0x9e) >> 4,
});
