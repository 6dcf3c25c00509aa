/** Entombed (1982): its score is one plain byte; no lives to count. */
import { actions } from '../../emulator/console/action.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults, held } from './defaults.ts';

export const entombed = defineGame({
  ...defaults,
  id: 'entombed',
  title: 'Entombed (1982)',
  md5: ['6b683be69f92958abe0e2a9945157ad5'],
  minimalActions: allActions,
  startingActions: [...actions('FIRE'), ...held('NOOP', 5)],
  difficulties: [0, 2],
  initialLives: 1,
  score: (read) => read(0xe3),
  terminal: (read) => (read(0xc7) & 3) === 0,
  lives: () => 1,
});
