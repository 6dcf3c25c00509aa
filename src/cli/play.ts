/** `bun run play <game>`: records play as a GIF or a sheet of screens, of a trained agent or at random. */
import { describeAdapter } from '../../kernels/runtime/adapter.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import { actionNames } from '../emulator/console/action.ts';
import { UserError } from '../errors.ts';
import { type Configuration, environmentOptions } from '../run/configuration.ts';
import { evaluationEnvironment, type GreedyPolicy, Play } from '../run/evaluation.ts';
import { requireWritable, writeRecording } from '../run/recordingFile.ts';
import { GifRecorder } from '../run/recordingGif.ts';
import { ContactSheet } from '../run/recordingPng.ts';
import { resolveConfiguration } from '../run/resolve.ts';
import { type ChosenCartridge, cartridgeLines, loadCartridge, openEnvironment, openPolicy } from '../run/session.ts';
import { type Command, integerFlag, type ParsedArguments } from './arguments.ts';
import { cartridgeChoice, openTrained, playFlags, trainedFlags, trainedLine } from './trained.ts';

/** Screens a second of the console in `format`. */
const framesPerSecond = { NTSC: 60, PAL: 50, SECAM: 50 };
const screenWidth = 160;
/** Screens in a row of the sheet. */
const columns = 6;

export const playCommand: Command = {
  spec: {
    name: 'play',
    summary: 'Record play, of a trained agent or at random.',
    positionals: ['game'],
    flags: [
      ...trainedFlags,
      {
        flag: '--gif',
        placeholder: 'FILE',
        help: 'Write an animation in real time [<game>-pretrained.gif for --pretrained]',
      },
      {
        flag: '--contact-sheet',
        placeholder: 'FILE',
        help: 'Write a PNG of successive screens, one a step of the agent',
      },
      { flag: '--screens', placeholder: 'N', help: `Screens of that PNG, ${columns} in a row [36]` },
      {
        flag: '--frames',
        placeholder: 'N',
        help: 'Frames to play; a game that ends is followed by another [1800, half a minute; without --gif as many as the PNG takes]',
      },
      { flag: '--episodes', placeholder: 'N', help: 'Whole games to play, in place of --frames' },
      { flag: '--scale', placeholder: 'N', help: "Height of a screen's line in the pictures, pixels [1]" },
      { flag: '--preset', placeholder: 'NAME', help: 'Whose environment random play takes place in [as training]' },
      { flag: '--actions', help: 'Print the actions that the agent chooses from' },
    ],
    examples: [
      'bun run play pong --gif pong.gif',
      'bun run play pong --pretrained',
      'bun run play pong --run runs/pong-lapan-1-1 --gif pong.gif --episodes 1',
      'bun run play pong --preset deepmind --actions --contact-sheet pong.png',
    ],
  },
  async run(parsed) {
    const screens = integerFlag(parsed, '--screens', 36, 1, 10_000);
    const scale = integerFlag(parsed, '--scale', 1, 1, 8);
    const length = playLength(parsed);
    const { epsilon, seed } = playFlags(parsed);
    const sheet = parsed.flags.get('--contact-sheet');
    const printsActions = parsed.flags.has('--actions');
    const asksForNothing = sheet === undefined && !printsActions;
    const shown =
      parsed.flags.has('--pretrained') && asksForNothing ? `${parsed.positionals[0]}-pretrained.gif` : undefined;
    const gif = parsed.flags.get('--gif') ?? shown;
    if (gif === undefined && asksForNothing) {
      throw new UserError('Nothing is to be recorded.', 'Give --gif FILE.gif, --contact-sheet FILE.png, or both.');
    }
    if (gif !== undefined) requireWritable(gif, '.gif');
    if (sheet !== undefined) requireWritable(sheet, '.png');

    const { cartridge, configuration, policy, gpu } = await choosePlayer(parsed);
    const options = evaluationEnvironment(environmentOptions(configuration));
    const { environment, format, screenHeight: height } = openEnvironment(cartridge, options, seed);
    if (printsActions) {
      const names = environment.actions.map((action, index) => `${index} ${actionNames[action]}`);
      console.log(`Actions: ${names.join(', ')}`);
      if (gif === undefined && sheet === undefined) return 0;
    }
    const greedy = await policy?.(environment.actionCount);
    const play = new Play(environment, greedy, {
      ...configuration,
      epsilon: epsilon ?? configuration.evaluationEpsilon,
      seed,
    });
    const picture = { width: screenWidth, height, format, scale };
    const animation = new GifRecorder({ ...picture, framesPerSecond: framesPerSecond[format] });
    const contactSheet = new ContactSheet({ ...picture, columns, rows: Math.ceil(screens / columns) });
    const { episodes, frames } = length ?? { episodes: undefined, frames: gif === undefined ? undefined : 1800 };
    let recorded = 0;
    environment.onFrame = (screen) => {
      if (frames !== undefined && recorded >= frames) return;
      if (gif !== undefined) animation.add(screen);
      if (recorded % options.frameSkip === 0 && contactSheet.screens < screens) contactSheet.add(screen);
      recorded++;
    };
    let games = 0;
    const goesOn = (): boolean => {
      if (episodes !== undefined) return games < episodes;
      return frames === undefined ? contactSheet.screens < screens : recorded < frames;
    };
    while (goesOn()) {
      const game = await play.step();
      if (game === undefined) continue;
      games++;
      console.log(`Game over: reward ${game.reward}, ${game.agentSteps} steps`);
    }
    gpu?.failures.take();
    if (gif !== undefined) writeRecording(gif, animation.finish());
    if (sheet !== undefined) writeRecording(sheet, contactSheet.finish());
    for (const path of [gif, sheet]) if (path !== undefined) console.log(`Wrote ${path}`);
    return 0;
  },
};

/** `--frames` or `--episodes`; undefined where neither is given. Throws UserError. */
function playLength(parsed: ParsedArguments): { frames?: number; episodes?: number } | undefined {
  if (parsed.flags.has('--episodes')) {
    if (parsed.flags.has('--frames')) {
      throw new UserError('--frames and --episodes exclude each other.', 'Leave one of them out.');
    }
    return { episodes: integerFlag(parsed, '--episodes', 1, 1, 1_000_000) };
  }
  return parsed.flags.has('--frames') ? { frames: integerFlag(parsed, '--frames', 1, 1, 1_000_000) } : undefined;
}

interface ChosenPlayer {
  readonly cartridge: ChosenCartridge;
  readonly configuration: Configuration;
  /** Absent for random play, which needs no GPU. */
  readonly policy?: (actionCount: number) => Promise<GreedyPolicy>;
  readonly gpu?: Gpu;
}

async function choosePlayer(parsed: ParsedArguments): Promise<ChosenPlayer> {
  const trained = openTrained(parsed);
  if (trained === undefined) return randomPlayer(parsed);
  if (parsed.flags.has('--preset')) throw new UserError('--preset is for random play.', 'A run has its own.');
  const { cartridge, configuration, weights } = trained;
  for (const line of cartridgeLines(cartridge)) console.log(line);
  const gpu = await openGpu();
  console.log(`Adapter: ${await describeAdapter(gpu)}`);
  console.log(trainedLine(trained));
  const open = async (actionCount: number): Promise<GreedyPolicy> => {
    const { policy, lines } = await openPolicy(gpu, configuration, actionCount, weights);
    for (const line of lines) console.log(line);
    return policy;
  };
  return { cartridge, configuration, gpu, policy: open };
}

function randomPlayer(parsed: ParsedArguments): ChosenPlayer {
  for (const flag of ['--weights', '--epsilon']) {
    if (!parsed.flags.has(flag)) continue;
    throw new UserError(`${flag} needs a trained agent.`, 'Name one with --run DIR, or --pretrained.');
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
  const preset = parsed.flags.get('--preset');
  // The default asks for FIRE, which a game need not have.
  const flags = preset === undefined ? { fireStart: 'off' } : { preset };
  return { cartridge, configuration: resolveConfiguration({ game, flags }) };
}
