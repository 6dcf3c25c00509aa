/** Wizard of Wor (1982): three lives; the stick belongs into the right port. */
import { actions } from '../../emulator/console/action.ts';
import { bcd2 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { defaults } from './defaults.ts';

export const wizardOfWor = defineGame({
  ...defaults,
  id: 'wizard_of_wor',
  title: 'Wizard of Wor (1982)',
  md5: ['7e8aa18bc9502eb57daaf5e7c1e94da7'],
  otherReleases: [{ md5: '663ef22eb399504d5204c543b8a86bcd', format: 'PAL' }],
  console: { swapPorts: true },
  minimalActions: actions('NOOP', 'FIRE', 'UP', 'RIGHT', 'LEFT', 'DOWN', 'UPFIRE', 'RIGHTFIRE', 'LEFTFIRE', 'DOWNFIRE'),
  difficulties: [0, 1],
  initialLives: 3,
  initialState: { lives: 3 },
  score: (read) => {
    // The top digit may stand 8 too high.
    const shown = bcd2(read, 0x86, 0x88);
    return 100 * (shown >= 8000 ? shown - 8000 : shown);
  },
  terminal: (read) => (read(0x8d) & 15) === 0 && read(0xf4) === 0xf8,
  after: (read, state) => {
    // The byte holds the lives only while this bit is clear.
    if ((read(0xd7) & 1) === 0) {
      state.lives = read(0x8d) & 15;
    }
  },
  lives: (_read, state) => state.lives,
});
