/** Demon Attack (1982): the bunkers in reserve are lives; before the first game the score's bytes spell something else. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const demonAttack = defineGame({
  ...defaults,
  id: 'demon_attack',
  title: 'Demon Attack (1982)',
  md5: ['f0e0addc07971561ab80d9abe1b8d333'],
  otherReleases: [{ md5: 'b24f6a5820a4b7763a3d547e3e07441d', format: 'NTSC' }],
  minimalActions: actions('NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  modes: [1, 3, 5, 7],
  defaultMode: 1,
  difficulties: [0, 1],
  selectMode: (console, mode) => {
    console.repeatUntil(
      () => console.read(0xea) === mode,
      () => console.pressSelect(1),
    );
    // While the game starts anew, RAM looks as it does at the end of one.
    console.state.modeChanged = true;
    console.softReset();
  },
  initialLives: 4,
  initialState: { modeChanged: false },
  score: (read) =>
    read(0x81) === 0xab && read(0x83) === 0xcd && read(0x85) === 0xea ? 0 : bcd3(read, 0x85, 0x83, 0x81),
  terminal: (read, state) => read(0xf2) === 0 && read(0xf1) === 0xbd && !state.modeChanged,
  after: (_read, state) => {
    state.modeChanged = false;
  },
  lives: (read) => read(0xf2) + 1,
});
