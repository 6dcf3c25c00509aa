/** Backgammon (1979): 1 for the first to bear off all 15 men, counted on the board itself. */
import { actions } from '../../emulator/console/action.ts';
import { signed } from '../digits.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults } from './defaults.ts';

/** Men on a point: above 0 the computer's, below 0 the player's. */
const men = (read: ReadRam, point: number) => signed(read(point));

export const backgammon = defineGame({
  ...defaults,
  id: 'backgammon',
  title: 'Backgammon (1979)',
  md5: ['8556b42aa05f94bc29ff39c39b11bff4'],
  console: { left: 'PADDLES' },
  minimalActions: actions('FIRE', 'RIGHT', 'LEFT'),
  // The reference offers 3 alone and yet begins at 0.
  difficulties: [3],
  // There is one mode to play, and SELECT has to find it.
  selectMode: pressSelectUntil((read) => read(0xdc) === 3, 1),
  initialLives: 1,
  step: (read, state) => {
    const playerOff = signed(-men(read, 0x80));
    const computerOff = signed(men(read, 0x8e));
    let playerOn = 0;
    let computerOn = 0;
    for (let point = 0x81; point <= 0x9b; point++) {
      if (point === 0x8e) continue;
      const count = men(read, point);
      // Sums wrap around as those of signed bytes do.
      if (count > 0) computerOn = signed(computerOn + count);
      else playerOn = signed(playerOn + signed(-count));
    }
    // Only a board with all its men counts: it is not complete while a game begins.
    if (computerOn + computerOff !== 15 || playerOn + playerOff !== 15) return;
    if (playerOff === 15) {
      state.terminal = true;
      state.reward = 1;
    } else if (computerOff === 15) {
      state.terminal = true;
      state.reward = -1;
    }
  },
  lives: () => 1,
});
