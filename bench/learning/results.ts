/** The JSON of `bun run bench learning`: what each run learned and when. Leaves out: running them (runs.ts), the picture (chart.ts). */
import { type Machine, machineLine } from '../machine.ts';

/** Games over which a score is taken. */
export const scoreGames = 20;

export interface Task {
  /** How long a run is, agent steps. */
  readonly steps: number;
  /** The mean of `scoreGames` games in a row that it must come to. */
  readonly goal: number;
  /** What else the game asks for beside the preset. */
  readonly flags: readonly string[];
}

/** \`bricks\` waits for FIRE before each ball, and a brick is further from the stroke that hits it than a fruit from the basket. */
export const tasks: Readonly<Record<string, Task>> = {
  catch: { steps: 15_000, goal: 6, flags: [] },
  bricks: { steps: 20_000, goal: 3, flags: ['--fire-start', 'required', '--discount', '0.97'] },
  pong: { steps: 200_000, goal: 0, flags: [] },
};

export interface LearningRun {
  readonly preset: string;
  readonly game: string;
  readonly seed: number;
  readonly agentSteps: number;
  readonly seconds: number;
  /** Mean reward of the last `scoreGames` games. */
  readonly lastMean: number;
  /** When the mean of `scoreGames` games first was the goal or more; null: never. */
  readonly reached: { readonly agentSteps: number; readonly seconds: number } | null;
  readonly weightsSha256: string;
  /** After each fortieth of the run, the mean reward of the last `scoreGames` games or of as many as there are; from the first game's end on. */
  readonly curve: readonly (readonly [agentSteps: number, meanReward: number])[];
}

export interface LearningResults extends Machine {
  readonly what: string;
  readonly adapter: string;
  /** Runs at a time. */
  readonly parallel: number;
  readonly tasks: typeof tasks;
  readonly scoreGames: number;
  /** Mean reward of random play, by game. */
  readonly random: Readonly<Record<string, number>>;
  readonly runs: readonly LearningRun[];
}

/** What is read of a line of metrics.jsonl of the type `episode`. */
export interface Game {
  readonly agentSteps: number;
  readonly reward: number;
  readonly elapsedSeconds: number;
}

const parts = 40;

/** The curve, the last mean and the moment of the goal. */
export function judge(
  games: readonly Game[],
  goal: number,
  agentSteps: number,
): Pick<LearningRun, 'lastMean' | 'reached' | 'curve'> {
  const curve: [number, number][] = [];
  for (let part = 1; part <= parts; part++) {
    const at = Math.round((part * agentSteps) / parts);
    const ended = games.filter((game) => game.agentSteps <= at).slice(-scoreGames);
    if (ended.length > 0) curve.push([at, rounded(mean(ended))]);
  }
  let reached: LearningRun['reached'] = null;
  for (let end = scoreGames; end <= games.length && reached === null; end++) {
    const last = games[end - 1];
    if (mean(games.slice(end - scoreGames, end)) < goal) continue;
    reached = { agentSteps: last.agentSteps, seconds: Math.round(last.elapsedSeconds) };
  }
  return { lastMean: rounded(mean(games.slice(-scoreGames))), reached, curve };
}

function mean(games: readonly Game[]): number {
  return games.reduce((sum, { reward }) => sum + reward, 0) / games.length;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** What was run on what, and a table with a row for each preset and game, the seeds side by side. */
export function learningMarkdown(results: LearningResults): string {
  const { runs, random, parallel, adapter } = results;
  const lines = [
    `${adapter}; ${machineLine(results)}. ${parallel} runs at a time, each on one thread. A goal is reached when ${scoreGames} games in a row have ` +
      "that mean; minutes are the run's own clock, with whatever else the machine did.",
    '',
    `| preset | game | random play | goal | mean of the last ${scoreGames} games, by seed | steps to the goal | minutes to the goal |`,
    '|---|---|---|---|---|---|---|',
  ];
  for (const { preset, game } of combinations(runs)) {
    const seeds = runs.filter((run) => run.preset === preset && run.game === game);
    const each = (text: (run: LearningRun) => string): string => seeds.map(text).join(', ');
    const cells = [
      `\`${preset}\``,
      `\`${game}\``,
      random[game].toFixed(1),
      String(tasks[game].goal),
      each(({ lastMean }) => lastMean.toFixed(1)),
      each(({ reached }) => reached?.agentSteps.toLocaleString('en-US') ?? 'not reached'),
      each(({ reached }) => (reached === null ? '-' : (reached.seconds / 60).toFixed(1))),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

/** Each preset with each game, in the order of the runs. */
export function combinations(runs: readonly LearningRun[]): { readonly preset: string; readonly game: string }[] {
  const seen = new Map(runs.map(({ preset, game }) => [`${preset} ${game}`, { preset, game }]));
  return [...seen.values()];
}
