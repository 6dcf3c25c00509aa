/** Chopper Command (1982): three lives, which count as such once the game has begun. */
import { bcd2 } from '../digits.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

const playing = (read: ReadRam) => (read(0xc2) & 1) === 1;

export const chopperCommand = defineGame({
  ...defaults,
  id: 'chopper_command',
  title: 'Chopper Command (1982)',
  md5: ['c1cb228470a87beb5f36e90ac745da26'],
  minimalActions: allActions,
  modes: [0, 2],
  difficulties: [0, 1],
  selectMode: pressSelectUntil((read, mode) => read(0xe0) === mode, 2),
  initialLives: 3,
  initialState: { started: false },
  score: (read) => 100 * bcd2(read, 0xee, 0xec),
  terminal: (read, state) => (state.started || playing(read)) && (read(0xe4) & 15) === 0,
  after: (read, state) => {
    state.started ||= playing(read);
  },
  lives: (read) => read(0xe4) & 15,
});
