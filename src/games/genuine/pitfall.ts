/** Pitfall! (1982): the score starts at 2,000; lives are bits of a picture. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const pitfall = defineGame({
  ...defaults,
  id: 'pitfall',
  title: 'Pitfall! (1982)',
  md5: ['3e90cf23106f2e08b2781e41299de556'],
  otherReleases: [{ md5: 'f73d2d0eff548e8fc66996f27acf2b4b', format: 'NTSC' }],
  minimalActions: allActions,
  startingActions: actions('UP'),
  initialLives: 3,
  initialState: { score: 2000 },
  score: (read) => bcd3(read, 0xd7, 0xd6, 0xd5),
  terminal: (read) => read(0x80) >> 4 === 0 && read(0x9e) !== 0,
  lives: (read) => {
    const shown = read(0x80) >> 4;
    return shown === 10 ? 3 : shown === 8 ? 2 : 1;
  },
});
