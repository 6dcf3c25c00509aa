/** Superman (1979): one reward, at the end: the seconds that are left of 99:59. */
import { bcd } from '../digits.ts';
import { defineGame, type ReadRam } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

const over = (read: ReadRam) => (read(0x9f) & 0x40) !== 0 && read(0x80) === 0xac && read(0x81) === 0xf2;
const seconds = (read: ReadRam) => 60 * bcd(read(0xe3)) + bcd(read(0xe2));

export const superman = defineGame({
  ...defaults,
  id: 'superman',
  title: 'Superman (1979)',
  md5: ['a9531c763077464307086ec9a1fd057d'],
  minimalActions: allActions,
  difficulties: [0, 1, 2, 3],
  initialLives: 1,
  score: () => 0,
  reward: (read) => (over(read) ? 99 * 60 + 59 - seconds(read) : 0),
  terminal: over,
  lives: () => 1,
});
