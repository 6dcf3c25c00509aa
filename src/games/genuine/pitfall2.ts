/** Pitfall II: Lost Caverns (1984): the score starts at 4,000; 199,000 is the end of the adventure. */
import { actions } from '../../emulator/console/action.ts';
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const pitfall2 = defineGame({
  ...defaults,
  id: 'pitfall2',
  title: 'Pitfall II: Lost Caverns (1984)',
  md5: ['6d842c96d5a01967be9680080dd5be54'],
  minimalActions: allActions,
  startingActions: actions('UP'),
  initialLives: 1,
  initialState: { score: 4000 },
  score: (read) => bcd3(read, 0xc9, 0xc8, 0xc7),
  terminal: (_read, state) => state.score === 199000,
  lives: () => 1,
});
