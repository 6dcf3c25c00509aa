/** Centipede: three lives; a score that falls is no loss. */
import { bcd3 } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const centipede = defineGame({
  ...defaults,
  id: 'centipede',
  title: 'Centipede',
  md5: ['91c2098e88a6b13f977af8c003e0bca5'],
  otherReleases: [{ md5: '17d000a2882f9fdaa8b4a391ad367f00', format: 'PAL' }],
  minimalActions: allActions,
  modes: [22, 86],
  defaultMode: 22,
  selectMode: pressSelectUntil((read, mode) => read(0xa7) === mode, 2),
  initialLives: 3,
  score: (read) => bcd3(read, 0xf6, 0xf5, 0xf4),
  reward: (_read, state, score) => Math.max(0, score - state.score),
  terminal: (read) => (read(0xa6) & 0x40) !== 0,
  lives: (read) => ((read(0xed) >> 4) & 7) + 1,
});
