/** Ice Hockey (1981): our goals less theirs; the clock ends it. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const iceHockey = defineGame({
  ...defaults,
  id: 'ice_hockey',
  title: 'Ice Hockey (1981)',
  md5: ['a4c08c4994eb9d24fb78be1793e82e26'],
  otherReleases: [{ md5: '47711c44723da5d67047990157dcb5dd', format: 'NTSC' }],
  minimalActions: allActions,
  modes: [0, 2],
  difficulties: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 2),
  score: (read) => bcd(read(0x8a)) - bcd(read(0x8b)),
  // One goal of ours a frame at most; theirs count in full.
  reward: (_read, state, score) => Math.min(1, score - state.score),
  terminal: (read) => read(0x87) === 0 && read(0x86) === 0,
});
