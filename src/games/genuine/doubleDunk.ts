/** Double Dunk (1989): our points less theirs; 24 win. Its modes are four options of a menu. */
import { type Action, actions } from '../../emulator/console/action.ts';
import { bcd } from '../digits.ts';
import { defineGame, type GameState, type ModeConsole } from '../game.ts';
import { allActions, defaults, range } from './defaults.ts';

const [noop, confirm, right, left, down] = actions('NOOP', 'UPFIRE', 'RIGHT', 'LEFT', 'DOWN');

/** The options from the top of the menu: which bit of the mode asks for one, and which bit of 0x80 shows it. */
const options = [
  { wanted: 1, shown: 0x08 },
  { wanted: 2, shown: 0x10 },
  { wanted: 4, shown: 0x04 },
  { wanted: 8, shown: 0x20 },
];

/** Moves the stick and lets it go. */
function nudge(console: ModeConsole<GameState>, direction: Action): void {
  console.act(direction);
  console.act(noop);
}

/** Down to the next line of the menu, once at least. */
function nextLine(console: ModeConsole<GameState>): void {
  const line = console.read(0xb0);
  nudge(console, down);
  console.repeatUntil(
    () => console.read(0xb0) !== line,
    () => nudge(console, down),
  );
}

export const doubleDunk = defineGame({
  ...defaults,
  id: 'double_dunk',
  title: 'Double Dunk (1989)',
  md5: ['368d88a6c071caba60b4f778615aae94'],
  otherReleases: [{ md5: 'cfc226d04d7490b69e155abd7741e98c', format: 'PAL' }],
  minimalActions: allActions,
  startingActions: actions('UPFIRE'),
  modes: range(0, 15),
  selectMode: (console, mode) => {
    console.pressSelect(1);
    nextLine(console);
    for (const { wanted, shown } of options) {
      nextLine(console);
      const on = (mode & wanted) !== 0;
      console.repeatUntil(
        () => ((console.read(0x80) & shown) !== 0) === on,
        () => nudge(console, on ? right : left),
      );
    }
    console.softReset();
    nudge(console, confirm);
  },
  score: (read) => bcd(read(0xf6)) - bcd(read(0xf7)),
  // 24 points do not end the game while the ball is still in play.
  terminal: (read) => (bcd(read(0xf6)) >= 24 || bcd(read(0xf7)) >= 24) && read(0xfe) === 0xe7,
});
