/** Our own Catch (roms/catch.asm, which has the RAM map): ten fruits fall, the basket is under each or it is not. */
import { actions } from '../emulator/console/action.ts';
import type { Game, ReadRam } from './game.ts';

/** Fruits in a game (roms/catch.asm, `drops`). */
const drops = 10;

const caught = (read: ReadRam) => read(0x82);
const missed = (read: ReadRam) => read(0x83);

export const catchGame: Game = {
  id: 'catch',
  title: 'Catch (our own)',
  ownImage: 'catch.bin',
  md5: ['f309fceeba147099afe2653e96492d5e'],
  console: {},
  minimalActions: actions('NOOP', 'RIGHT', 'LEFT'),
  startingActions: [],
  modes: [0],
  defaultMode: 0,
  difficulties: [0],
  defaultDifficulty: 0,
  initialLives: 0,
  initialState: {},
  score: (read) => caught(read) - missed(read),
  terminal: (read) => caught(read) + missed(read) >= drops,
  lives: () => 0,
};
