/** Beamrider (1984): three lives, of which one counts as lost only when the ship is gone. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const beamRider = defineGame({
  ...defaults,
  id: 'beam_rider',
  title: 'Beamrider (1984)',
  md5: ['79ab4123a83dc11d468fb2108ea09e2e'],
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'UPRIGHT', 'UPLEFT', 'RIGHTFIRE', 'LEFTFIRE'),
  startingActions: actions('RIGHT'),
  difficulties: [0, 1],
  initialLives: 3,
  initialState: { lives: 3 },
  score: (read) => bcd3(read, 0x89, 0x8a, 0x8b),
  terminal: (read) => read(0x85) === 255,
  after: (read, state) => {
    // A single life less counts only while 0x8C is 1.
    const lives = read(0x85) + 1;
    if (lives !== state.lives - 1 || read(0x8c) === 1) {
      state.lives = lives;
    }
  },
  lives: (_read, state) => state.lives,
});
