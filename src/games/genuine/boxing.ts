/** Boxing (1980): punches of the white boxer less those of the black one; 100, or two minutes, end the bout. */
import { bcd } from '../digits.ts';
import { defineGame } from '../game.ts';
import { allActions, defaults } from './defaults.ts';

/** A boxer's points: a knockout is written 0xC0. */
const points = (byte: number) => (byte === 0xc0 ? 100 : bcd(byte));

export const boxing = defineGame({
  ...defaults,
  id: 'boxing',
  title: 'Boxing (1980)',
  md5: ['c3ef5c4653212088eda54dc91d787870'],
  minimalActions: allActions,
  difficulties: [0, 1, 2, 3],
  score: (read) => points(read(0x92)) - points(read(0x93)),
  // The clock: minutes in the upper half of 0x90, seconds in 0x91.
  terminal: (read) =>
    points(read(0x92)) === 100 || points(read(0x93)) === 100 || (read(0x90) >> 4 === 0 && read(0x91) === 0),
});
