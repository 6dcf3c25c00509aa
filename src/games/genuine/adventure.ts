/** Adventure (1980): 1 for the chalice in the yellow castle; being eaten ends the quest, too. */
import { actions } from '../../emulator/console/action.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

const [noop] = actions('NOOP');

export const adventure = defineGame({
  ...defaults,
  id: 'adventure',
  title: 'Adventure (1980)',
  md5: ['4b27f5397c442d25f0c418ccdacf1926'],
  console: { right: 'NONE' },
  minimalActions: allActions,
  modes: [0, 1, 2],
  difficulties: [0, 1, 2, 3],
  selectMode: (console, mode) => {
    console.repeatUntil(
      () => ((console.read(0xdd) >> 1) & 3) === mode,
      () => {
        // The frames count on while SELECT is held: they seed the placing of things.
        console.pressSelect(2 + (console.nextRandom() % 256));
        console.act(noop);
      },
    );
    console.softReset();
  },
  initialLives: 1,
  step: (read, state) => {
    const home = read(0xb9) === 0x12;
    if (home) {
      // And so in every frame from now on.
      state.reward = 1;
    }
    state.terminal = home || read(0xe0) === 2;
  },
  lives: () => 1,
  livesWhenTerminal: 'expression',
});
