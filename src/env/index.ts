/**
 * `wgsl-dqn/env`: games on the console as reinforcement learning takes them, under Bun, Node and in browsers.
 *
 *   const environment = makeEnvironment({ game: 'pong', seed: 1 });
 *   environment.reset();
 *   const { reward, terminated, truncated } = environment.step(0);
 *   environment.frame;         // 84 x 84 luminance bytes, rows from the top
 *   environment.observation(); // the last four of them, oldest first
 *
 * `pong`, `catch` and `bricks` bring their cartridges; of the other games in `gameNames()` give the bytes as `rom`; a game of your own is an
 * entry (`defineGame`) given as `game`. `Arcade` is the same without frame skip and preprocessing, `AtariEnvironment` takes any
 * `FrameSource`. Mistakes of the caller are UserErrors.
 * Leaves out: finding cartridges in folders, the agent (wgsl-dqn/agent).
 */
export { type Action, type ActionName, actionNames, actions } from '../emulator/console/action.ts';
export { UserError } from '../errors.ts';
export { frameAges, type HistoryType, historyTypes } from '../frameAges.ts';
export { bcd, bcd2, bcd3, blankable, rollingOver, signed } from '../games/digits.ts';
export {
  defineGame,
  type Game,
  type GameEntry,
  type GameState,
  type ModeConsole,
  type OwnState,
  type ReadRam,
  type Release,
  resetSwitch,
} from '../games/game.ts';
export { md5Of } from '../games/md5.ts';
export { ownImage } from '../games/ownImages.ts';
export { gameByMd5, gameNames, gamesNamed } from '../games/registry.ts';
export { pressSelectUntil } from '../games/selectMode.ts';
export { type RandomSource, Xoshiro128 } from '../random.ts';
export { Arcade, type ArcadeOptions } from './arcade.ts';
export {
  AtariEnvironment,
  type EnvironmentInfo,
  type FrameSource,
  type ResetResult,
  type StepResult,
} from './environment.ts';
export {
  type CartridgeWithRules,
  cartridgeFor,
  type MakeEnvironmentOptions,
  makeEnvironment,
} from './makeEnvironment.ts';
export { commonEnvironment, type EnvironmentOptions } from './options.ts';
export { type PreprocessOptions, type Preprocessor, preprocessorFor } from './preprocess.ts';
