/** Tennis (1981): a point is worth 1, and so is a game; six games, two ahead, or seven win the set. */
import { defineGame } from '../game.ts';
import { pressSelectUntil } from '../selectMode.ts';
import { allActions, defaults } from './defaults.ts';

export const tennis = defineGame({
  ...defaults,
  id: 'tennis',
  title: 'Tennis (1981)',
  md5: ['42cdd6a9e42a3639e190722b8ea3fc51'],
  otherReleases: [{ md5: 'a5c96b046d5f8b7c96daaa12f925bef8', format: 'PAL' }],
  minimalActions: allActions,
  modes: [0, 2],
  difficulties: [0, 1, 2, 3],
  selectMode: pressSelectUntil((read, mode) => read(0x80) === mode, 2),
  initialState: { games: 0, points: 0 },
  step: (read, state) => {
    const ours = read(0xc7);
    const theirs = read(0xc8);
    const games = ours - theirs;
    const points = read(0xc5) - read(0xc6);
    // A game that is won takes the points off the board, so only one of the two counts.
    state.reward = games !== state.games ? games - state.games : points - state.points;
    state.games = games;
    state.points = points;
    state.terminal = (ours >= 6 && games >= 2) || (theirs >= 6 && -games >= 2) || ours === 7 || theirs === 7;
  },
});
