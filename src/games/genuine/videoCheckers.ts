/** Video Checkers: 1 when the opponent has no man left, -1 when we have none; from mode 11 on the loser wins. */
import { actions } from '../../emulator/console/action.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { defaults, range } from './defaults.ts';

const select = pressSelectUntil((read, mode) => read(0xf6) === (mode >= 11 ? mode + 6 : mode), 1);

/** Whether a man, or its king, is on the 32 cells of the board; every ninth byte lies beside it. */
function isOnBoard(read: ReadRam, man: number, king: number): boolean {
  for (let cell = 0x80; cell <= 0xa2; cell++) {
    const piece = read(cell);
    if ((piece === man || piece === king) && (cell - 0x80) % 9 !== 8) return true;
  }
  return false;
}

export const videoCheckers = defineGame({
  ...defaults,
  id: 'video_checkers',
  title: 'Video Checkers',
  md5: ['539d26b6e9df0da8e7465f0f5ad863b7'],
  minimalActions: actions('FIRE', 'UPRIGHT', 'UPLEFT', 'DOWNRIGHT', 'DOWNLEFT'),
  modes: [...range(1, 9), ...range(11, 19)],
  defaultMode: 1,
  selectMode: (console, mode) => {
    console.state.loserWins = mode >= 11;
    select(console, mode);
  },
  initialLives: 1,
  initialState: { loserWins: false },
  step: (read, state) => {
    const lost = !isOnBoard(read, 0x10, 0x20);
    if (!lost && isOnBoard(read, 0x90, 0xa0)) return;
    state.reward = lost === state.loserWins ? 1 : -1;
    state.terminal = true;
  },
  lives: () => 1,
});
