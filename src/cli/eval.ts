/** `bun run eval <game> --run DIR|--pretrained`: plays whole games with a trained agent and reports their rewards. */
import { describeAdapter } from '../../kernels/runtime/adapter.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import { UserError } from '../errors.ts';
import { environmentOptions } from '../run/configuration.ts';
import { evaluate, evaluationEnvironment, Play } from '../run/evaluation.ts';
import { writePretrained } from '../run/pretrained.ts';
import { cartridgeLines, openEnvironment, openPolicy } from '../run/session.ts';
import { type Command, integerFlag } from './arguments.ts';
import { openTrained, playFlags, trainedFlags, trainedLine } from './trained.ts';
import { shown } from './words.ts';

export const evalCommand: Command = {
  spec: {
    name: 'eval',
    summary: 'Play games with a trained agent and report their rewards.',
    positionals: ['game'],
    flags: [
      ...trainedFlags,
      { flag: '--episodes', placeholder: 'N', help: 'Whole games to play [10]' },
      {
        flag: '--write-pretrained',
        placeholder: 'DIR',
        help: 'Write weights, configuration and this score to DIR, as weights/ in the repository has them for --pretrained',
      },
      { flag: '--json', help: 'Print one JSON object and nothing else' },
    ],
    examples: [
      'bun run eval pong --run runs/pong-lapan-1-1 --episodes 30',
      'bun run eval --run runs/catch-quick-1-1 --json',
      'bun run eval pong --pretrained',
    ],
  },
  async run(parsed) {
    const { epsilon: given, seed } = playFlags(parsed);
    const episodes = integerFlag(parsed, '--episodes', 10, 1, 1_000_000);
    const json = parsed.flags.has('--json');
    const print = (line: string): void => {
      if (!json) console.log(line);
    };

    const trained = openTrained(parsed);
    if (trained === undefined) {
      throw new UserError(
        'No run is named.',
        'For example: bun run eval pong --run runs/pong-lapan-1-1, or --pretrained',
      );
    }
    const { configuration, cartridge, weights, weightsSha256, agentSteps, weightsPath, run } = trained;
    const { game } = configuration;
    const epsilon = given ?? configuration.evaluationEpsilon;
    for (const line of cartridgeLines(cartridge)) print(line);
    const gpu = await openGpu();
    print(`Adapter: ${await describeAdapter(gpu)}`);
    print(trainedLine(trained));
    const options = evaluationEnvironment(environmentOptions(configuration));
    const { environment } = openEnvironment(cartridge, options, seed);
    const { policy, lines } = await openPolicy(gpu, configuration, environment.actionCount, weights);
    for (const line of lines) print(line);
    const play = new Play(environment, policy, { ...configuration, epsilon, seed });
    const result = await evaluate(play, episodes, ({ reward, agentSteps: steps }, index) =>
      print(`Game ${index + 1}: reward ${reward}, ${steps} steps`),
    );
    gpu.failures.take();
    const folder = parsed.flags.get('--write-pretrained');
    if (folder !== undefined) {
      const score = { meanReward: result.meanReward, episodes, epsilon, seed };
      const { title, md5, bytes } = cartridge;
      const identity = { title, md5, bytes: bytes.length };
      const written = writePretrained(folder, { configuration, cartridge: identity, weights, agentSteps, score });
      for (const path of written) print(`Wrote ${shown(path)}`);
    }
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
