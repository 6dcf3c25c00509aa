/**
 * A random agent in the environment: the mean reward of some games, and how fast that goes.
 *
 *   bun examples/randomAgent.ts [GAME] [GAMES]
 */
import { actionNames, makeEnvironment, Xoshiro128 } from 'wgsl-dqn/env';

const game = process.argv[2] ?? 'catch';
const games = Number(process.argv[3] ?? 20);

const environment = makeEnvironment({ game, seed: 1 });
const names = environment.actions.map((action) => actionNames[action]);
console.log(`${game}: actions ${names.join(' ')}, observations of ${environment.observation().length} bytes`);

const random = new Xoshiro128(1, 'random agent');
const returns: number[] = [];
let steps = 0;
const before = performance.now();
for (let episode = 0; episode < games; episode++) {
  environment.reset();
  for (;;) {
    const { terminated, truncated, info } = environment.step(random.nextInt(environment.actionCount));
    steps++;
    if (!terminated && !truncated) continue;
    returns.push(info.episodeReturn);
    break;
  }
}
const seconds = (performance.now() - before) / 1000;

const mean = returns.reduce((sum, value) => sum + value, 0) / games;
console.log(`${games} games: mean reward ${mean.toFixed(2)}, from ${Math.min(...returns)} to ${Math.max(...returns)}`);
console.log(`${steps} steps of ${environment.options.frameSkip} frames, ${Math.round(steps / seconds)} a second`);
