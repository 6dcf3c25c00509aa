/** Several agents that play the same game at the same time, for one recording: how each of their screens follows the other. */
import { UserError } from '../errors.ts';
import { listCheckpoints, loadCheckpoint } from '../run/checkpoint.ts';
import { grouped } from '../run/progress.ts';
import type { ParsedArguments } from './arguments.ts';
import { type Player, type Seat, seat } from './player.ts';

/** So many screens are still seen beside each other. */
const mostStages = 8;

/** One of those agents. */
export interface Stage extends Seat {
  /** Steps of training behind it, in words. */
  readonly name: string;
}

interface ShownScreen {
  readonly screen: Uint8Array;
  /** Of the game so far, after the agent step that the screen belongs to. */
  readonly reward: number;
}

export interface PlayedGame {
  readonly stage: number;
  readonly reward: number;
  readonly agentSteps: number;
}

/**
 * The agents that `--stages` names: by a number, random play and the agent after equal parts of its training, or by steps of training, of
 * which 0 is random play. Each is the checkpoint nearest to those steps. Throws UserError where the run has too few.
 */
export async function openStages(
  player: Player,
  parsed: ParsedArguments,
  asked: string,
  print: (line: string) => void,
): Promise<Stage[]> {
  const run = player.trained?.run;
  if (run === null || run === undefined) {
    throw new UserError('--stages shows the checkpoints of a run.', 'Name it with --run DIR.');
  }
  if (parsed.flags.has('--weights')) {
    throw new UserError('--stages takes checkpoints, --weights one file.', 'Leave one of them out.');
  }
  const checkpoints = listCheckpoints(run).map((path) => ({ path, agentSteps: Number(/\d+$/.exec(path)![0]) }));
  const chosen = stepsOfStages(asked, checkpoints.at(-1)?.agentSteps ?? 0).map((steps) =>
    steps === 0
      ? null
      : checkpoints.toSorted((a, b) => Math.abs(a.agentSteps - steps) - Math.abs(b.agentSteps - steps))[0],
  );
  if (new Set(chosen).size < chosen.length) {
    throw new UserError(
      `The run in ${run} has kept ${checkpoints.length === 1 ? 'one checkpoint' : `${checkpoints.length} checkpoints`}, too few for --stages ${asked}.`,
      'Ask for fewer stages, or train with --checkpoint-every 1000 --keep 1000.',
    );
  }
  const stages: Stage[] = [];
  for (const checkpoint of chosen) {
    const weights = checkpoint === null ? null : loadCheckpoint(checkpoint.path, { replay: false }).weights;
    const name = checkpoint === null ? 'random play' : `${grouped(checkpoint.agentSteps)} steps`;
    stages.push({ ...(await seat(player, parsed, () => {}, { weights })), name });
  }
  print(`Stages: ${stages.map(({ name }) => name).join(', ')}`);
  return stages;
}

/** Steps of training of each stage. Throws UserError. */
function stepsOfStages(asked: string, lastStep: number): number[] {
  const numbers = asked.split(',').map((text) => (/^\d+$/.test(text.trim()) ? Number(text) : Number.NaN));
  const count = numbers.length === 1 ? numbers[0] : numbers.length;
  if (numbers.some(Number.isNaN) || count < 2 || count > mostStages) {
    throw new UserError(
      `--stages: "${asked}" is neither a number from 2 to ${mostStages} nor as many steps of training.`,
      'For example 4, or 0,3000,5000,20000.',
    );
  }
  return numbers.length > 1 ? numbers : Array.from({ length: count }, (_, i) => (lastStep * i) / (count - 1));
}

/**
 * Plays all stages frame by frame and yields their newest screens, one of each at a time; they are not written to again. With `episodes`
 * each plays so many games, and one that is done keeps its last screen; it ends when all are done.
 */
export async function* screensOf(
  stages: readonly Seat[],
  episodes: number | undefined,
  onGame: (game: PlayedGame) => void,
): AsyncGenerator<readonly ShownScreen[]> {
  const queues: ShownScreen[][] = stages.map(() => []);
  const shown: ShownScreen[] = [];
  const games = stages.map(() => 0);
  let fresh: Uint8Array[] = [];
  for (const { environment } of stages) environment.onFrame = (screen) => fresh.push(screen.slice());
  for (;;) {
    for (const [stage, { play }] of stages.entries()) {
      while (queues[stage].length === 0 && games[stage] < (episodes ?? Infinity)) {
        fresh = [];
        const game = await play.step();
        const { reward } = play.last!;
        queues[stage].push(...fresh.map((screen) => ({ screen, reward })));
        if (game === undefined) continue;
        games[stage]++;
        onGame({ stage, ...game });
      }
    }
    if (queues.every((queue) => queue.length === 0)) return;
    for (const [stage, queue] of queues.entries()) shown[stage] = queue.shift() ?? shown[stage];
    yield shown;
  }
}
