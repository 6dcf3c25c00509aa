/** E.T. the Extra-Terrestrial (1982): six digits; the lives wrap around to 0 after the last. */
import { bcd3, signed } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

/** After so many presses the game is played in the mode that it is in. */
const maxPresses = 100;

export const et = defineGame({
  ...defaults,
  id: 'et',
  title: 'E.T. the Extra-Terrestrial (1982)',
  md5: ['615a3bf251a38eb6638cdc7ffbde5480'],
  minimalActions: allActions,
  modes: [0, 1, 2],
  difficulties: [0, 1, 2, 3],
  selectMode: (console, mode) => {
    for (let press = 0; press < maxPresses && ((console.read(0xea) - 1) & 0xff) !== mode; press++) {
      console.pressSelect(25);
    }
    console.softReset();
  },
  score: (read) => bcd3(read, 0xe1, 0xe0, 0xdf),
  terminal: (read) => read(0xe5) === 0xff && read(0x80) === 8,
  lives: (read) => signed(read(0xe5) + 1),
});
