/** Road Runner (1989): the lives in reserve are counted; each digit has half a byte, a blank is 10. */
import { blankable } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

export const roadRunner = defineGame({
  ...defaults,
  id: 'road_runner',
  title: 'Road Runner (1989)',
  md5: ['ce5cc62608be2cd3ed8abd844efb8919'],
  otherReleases: [{ md5: '7d3cdde63b16fa637c4484e716839c94', format: 'NTSC', console: { yStart: 20 } }],
  minimalActions: allActions,
  initialLives: 3,
  score: (read) =>
    100 *
    (blankable(read(0xc9) & 15) +
      10 * blankable(read(0xca) & 15) +
      100 * blankable(read(0xcb) & 15) +
      1000 * blankable(read(0xcc) & 15)),
  terminal: (read) => (read(0xc4) & 7) === 0 && (read(0xb9) !== 0 || read(0xbd) !== 0),
  lives: (read) => (read(0xc4) & 7) + 1,
});
