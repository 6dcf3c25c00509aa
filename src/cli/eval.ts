/** `bun run eval <game> --run DIR`: plays whole games with a trained agent and reports their rewards. */
import { describeAdapter } from '../../kernels/runtime/adapter.ts';
import { openGpu } from '../../kernels/runtime/gpu.ts';
import { UserError } from '../errors.ts';
import { environmentOptions } from '../run/configuration.ts';
import { evaluate, evaluationEnvironment, Play } from '../run/evaluation.ts';
import { cartridgeLines, openEnvironment, openPolicy } from '../run/session.ts';
import { type Command, integerFlag } from './arguments.ts';
import { openTrained, playFlags, trainedFlags, trainedLine } from './trained.ts';

export const evalCommand: Command = {
  spec: {
    name: 'eval',
    summary: 'Play games with a trained agent and report their rewards.',
    positionals: ['game'],
    flags: [
      ...trainedFlags,
      { flag: '--episodes', placeholder: 'N', help: 'Whole games to play [10]' },
      { flag: '--json', help: 'Print one JSON object and nothing else' },
    ],
    examples: [
      'bun run eval pong --run runs/pong-lapan-1-1 --episodes 30',
      'bun run eval --run runs/catch-quick-1-1 --json',
    ],
  },
  async run(parsed) {
    const run = parsed.flags.get('--run');
    if (run === undefined)
      throw new UserError('No run is named.', 'For example: bun run eval pong --run runs/pong-lapan-1-1');
    const { epsilon, seed } = playFlags(parsed);
    const episodes = integerFlag(parsed, '--episodes', 10, 1, 1_000_000);
    const json = parsed.flags.has('--json');
    const print = (line: string): void => {
      if (!json) console.log(line);
    };

    const trained = openTrained(parsed, run);
    const { configuration, cartridge, weights, weightsSha256, agentSteps, weightsPath } = trained;
    const { game } = configuration;
    for (const line of cartridgeLines(cartridge)) print(line);
    const gpu = await openGpu();
    print(`Adapter: ${await describeAdapter(gpu)}`);
    print(trainedLine(trained));
    const options = evaluationEnvironment(environmentOptions(configuration));
    const { environment } = openEnvironment(cartridge, options, seed);
    const { policy, lines } = await openPolicy(gpu, configuration, environment.actionCount, weights);
    for (const line of lines) print(line);
    const play = new Play(environment, policy, { ...options, epsilon, seed });
    const result = await evaluate(play, episodes, ({ reward, agentSteps: steps }, index) =>
      print(`Game ${index + 1}: reward ${reward}, ${steps} steps`),
    );
    gpu.failures.take();
    if (json) {
      const about = { game, run, weights: weightsPath, weightsSha256, agentSteps, md5: cartridge.md5, seed, epsilon };
      console.log(JSON.stringify({ ...about, ...result }));
    } else {
      const { meanReward, stdReward, minReward, maxReward } = result;
      print(
        `Mean reward of ${episodes} games ${meanReward.toFixed(2)}, standard deviation ${stdReward.toFixed(2)}, ` +
          `from ${minReward} to ${maxReward}; epsilon ${epsilon}, seed ${seed}`,
      );
    }
    return 0;
  },
};
