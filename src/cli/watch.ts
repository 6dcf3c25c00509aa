/** `bun run watch <game>`: plays in the terminal at the console's speed, with the agent's values under the screen. */
import { UserError } from '../errors.ts';
import { type Command, integerFlag, numberFlag, type ParsedArguments } from './arguments.ts';
import { choosePlayer, presetFlag, randomFlag, withShipped } from './player.ts';
import { colourDepth } from './terminal/session.ts';
import { awaitsFirstCheckpoint, trainedFlags } from './trained.ts';
import { WeightsFollower } from './watchFollow.ts';
import { Watching } from './watching.ts';
import { shown } from './words.ts';

/** For a run's first checkpoint. */
const lookEveryMs = 500;

export const watchCommand: Command = {
  spec: {
    name: 'watch',
    summary: 'Watch play in the terminal, of a trained agent or at random.',
    positionals: ['game'],
    flags: [
      ...trainedFlags,
      {
        flag: '--follow',
        negatable: true,
        help: "Take the run's newer weights when a game ends [yes]",
      },
      randomFlag,
      presetFlag,
      { flag: '--speed', placeholder: 'N', help: 'Times as fast as the console, 0.1 to 100 [1]' },
      { flag: '--episodes', placeholder: 'N', help: 'Whole games after which it ends [no end]' },
    ],
    examples: [
      'bun run watch pong',
      'bun run watch catch --run runs/catch-quick-1-1',
      'bun run watch catch --run runs/catch-quick-1-1 --weights best --speed 4',
      'COLORTERM=truecolor bun run watch bricks --random',
    ],
  },
  async run(parsed) {
    const speed = numberFlag(parsed, '--speed', 1, 0.1, 100);
    const episodes = parsed.flags.has('--episodes') ? integerFlag(parsed, '--episodes', 1, 1, 1_000_000) : Infinity;
    const game = parsed.positionals[0] ?? 'pong';
    const depth = colourDepth(process.stdout, process.env, `bun run record ${game} --out ${game}.gif`);
    const isFollowed = follows(parsed);
    if (isFollowed) await firstCheckpoint(parsed.flags.get('--run')!);
    const player = await choosePlayer(withShipped(parsed, console.log), console.log);
    const { trained } = player;
    const follower = trained !== undefined && isFollowed ? new WeightsFollower(parsed, trained) : undefined;
    const watching = await Watching.open(player, parsed, { depth, speed, episodes, follower }, console.log);
    const rewards = await watching.run();
    if (rewards.length > 0) console.log(`Games: ${rewards.length}, rewards ${rewards.join(', ')}`);
    return 0;
  },
};

/** Throws UserError for `--follow` without a run. */
function follows(parsed: ParsedArguments): boolean {
  if (parsed.flags.has('--run')) return parsed.flags.get('--follow') !== 'false';
  if (!parsed.flags.has('--follow')) return false;
  throw new UserError('--follow needs a run.', 'Name it with --run DIR.');
}

/** Resolves when the run has a checkpoint, or none is to be expected. */
async function firstCheckpoint(run: string): Promise<void> {
  if (!awaitsFirstCheckpoint(run)) return;
  console.log(`${shown(run)} has not come to its first checkpoint yet; it is waited for. Ctrl-C ends that.`);
  while (awaitsFirstCheckpoint(run)) await Bun.sleep(lookEveryMs);
}
