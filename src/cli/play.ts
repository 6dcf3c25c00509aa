/** `bun run play <game>`: records play as a GIF or a sheet of screens, of a trained agent or at random. */
import { describeAdapter } from '../../kernels/runtime/adapter.ts';
import { type Gpu, openGpu } from '../../kernels/runtime/gpu.ts';
import type { EnvironmentOptions } from '../env/options.ts';
import { UserError } from '../errors.ts';
import { environmentOptions } from '../run/configuration.ts';
import { evaluationEnvironment, type GreedyPolicy, Play } from '../run/evaluation.ts';
import { requireWritable, writeRecording } from '../run/recordingFile.ts';
import { GifRecorder } from '../run/recordingGif.ts';
import { ContactSheet } from '../run/recordingPng.ts';
import { resolveConfiguration } from '../run/resolve.ts';
import { type ChosenCartridge, cartridgeLines, loadCartridge, openEnvironment, openPolicy } from '../run/session.ts';
import { type Command, integerFlag, type ParsedArguments } from './arguments.ts';
import { cartridgeChoice, openTrained, playFlags, trainedFlags, trainedLine } from './trained.ts';

/** Screens a second of the console in `format`, and pictures of the sheet so far apart, frames: a step of the agent. */
const framesPerSecond = { NTSC: 60, PAL: 50, SECAM: 50 };
const screenWidth = 160;

export const playCommand: Command = {
  spec: {
    name: 'play',
    summary: 'Record play, of a trained agent or at random.',
    positionals: ['game'],
    flags: [
      ...trainedFlags,
      { flag: '--gif', placeholder: 'FILE', help: 'Write an animation in real time' },
      {
        flag: '--contact-sheet',
        placeholder: 'FILE',
        help: 'Write a PNG of 36 successive screens, one a step of the agent',
      },
      {
        flag: '--frames',
        placeholder: 'N',
        help: 'Frames to play; a game that ends is followed by another [1800, half a minute]',
      },
      { flag: '--scale', placeholder: 'N', help: "Height of a screen's line in the pictures, pixels [1]" },
    ],
    examples: [
      'bun run play pong --gif pong.gif',
      'bun run play pong --run runs/pong-lapan-1-1 --gif pong.gif --contact-sheet pong.png',
    ],
  },
  async run(parsed) {
    const frames = integerFlag(parsed, '--frames', 1800, 1, 1_000_000);
    const scale = integerFlag(parsed, '--scale', 1, 1, 8);
    const { epsilon, seed } = playFlags(parsed);
    const gif = parsed.flags.get('--gif');
    const sheet = parsed.flags.get('--contact-sheet');
    if (gif === undefined && sheet === undefined) {
      throw new UserError('Nothing is to be recorded.', 'Give --gif FILE.gif, --contact-sheet FILE.png, or both.');
    }
    if (gif !== undefined) requireWritable(gif, '.gif');
    if (sheet !== undefined) requireWritable(sheet, '.png');

    const { cartridge, options, policy, gpu } = await choosePlayer(parsed);
    const { environment, format, screenHeight: height } = openEnvironment(cartridge, options, seed);
    const { frameSkip } = options;
    const greedy = policy === undefined ? undefined : await policy(environment.actionCount);
    const play = new Play(environment, greedy, { ...options, epsilon, seed });
    const picture = { width: screenWidth, height, format, scale };
    const animation = new GifRecorder({ ...picture, framesPerSecond: framesPerSecond[format] });
    const contactSheet = new ContactSheet(picture);
    let recorded = 0;
    environment.onFrame = (screen) => {
      if (recorded >= frames) return;
      if (gif !== undefined) animation.add(screen);
      if (recorded % frameSkip === 0) contactSheet.add(screen);
      recorded++;
    };
    while (recorded < frames) {
      const game = await play.step();
      if (game !== undefined) console.log(`Game over: reward ${game.reward}, ${game.agentSteps} steps`);
    }
    gpu?.failures.take();
    if (gif !== undefined) writeRecording(gif, animation.finish());
    if (sheet !== undefined) writeRecording(sheet, contactSheet.finish());
    for (const path of [gif, sheet]) if (path !== undefined) console.log(`Wrote ${path}`);
    return 0;
  },
};

interface ChosenPlayer {
  readonly cartridge: ChosenCartridge;
  readonly options: EnvironmentOptions;
  /** Absent for random play, which needs no GPU. */
  readonly policy?: (actionCount: number) => Promise<GreedyPolicy>;
  readonly gpu?: Gpu;
}

async function choosePlayer(parsed: ParsedArguments): Promise<ChosenPlayer> {
  const run = parsed.flags.get('--run');
  if (run === undefined) {
    for (const flag of ['--weights', '--epsilon']) {
      if (parsed.flags.has(flag)) throw new UserError(`${flag} needs a trained agent.`, 'Name one with --run DIR.');
    }
    const [game] = parsed.positionals;
    if (game === undefined) {
      throw new UserError(
        'No game is named; `bun run roms` lists them all.',
        'For example: bun run play pong --gif pong.gif',
      );
    }
    const cartridge = loadCartridge({ game, ...cartridgeChoice(parsed) });
    for (const line of cartridgeLines(cartridge)) console.log(line);
    console.log('Player: random actions');
    const options = environmentOptions(resolveConfiguration({ game, flags: { fireStart: 'off' } }));
    return { cartridge, options: evaluationEnvironment(options) };
  }
  const trained = openTrained(parsed, run);
  const { cartridge, configuration, weights } = trained;
  for (const line of cartridgeLines(cartridge)) console.log(line);
  const gpu = await openGpu();
  console.log(`Adapter: ${await describeAdapter(gpu)}`);
  console.log(trainedLine(trained));
  const options = evaluationEnvironment(environmentOptions(configuration));
  const open = async (actionCount: number): Promise<GreedyPolicy> => {
    const { policy, lines } = await openPolicy(gpu, configuration, actionCount, weights);
    for (const line of lines) console.log(line);
    return policy;
  };
  return { cartridge, options, gpu, policy: open };
}
