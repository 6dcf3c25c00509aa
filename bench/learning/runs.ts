/** Training runs as a user starts them, each a process of its own, several at a time; and random play to compare with. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../src/errors.ts';
import { listCheckpoints } from '../../src/run/checkpoint.ts';
import { environmentOptions } from '../../src/run/configuration.ts';
import { evaluate, evaluationEnvironment, Play } from '../../src/run/evaluation.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { openCheckpoint } from '../../src/run/runFolder.ts';
import { loadCartridge, openEnvironment } from '../../src/run/session.ts';
import { type Game, judge, type LearningRun, tasks } from './results.ts';

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export type Wanted = Pick<LearningRun, 'preset' | 'game' | 'seed'>;

/**
 * Trains with the preset for as long as the game's task says, or goes on where an earlier call in this folder was stopped. Where several run at a time, a
 * software adapter gets one thread each: two runs on a core each learn more in an hour than two that share both.
 */
export async function train({ preset, game, seed }: Wanted, folder: string, parallel: number): Promise<LearningRun> {
  const name = `${game}-${preset}-${seed}`;
  const runFolder = join(folder, name);
  const { steps, goal, flags } = tasks[game];
  const isThere = listCheckpoints(runFolder).length > 0;
  if (!isThere) rmSync(runFolder, { recursive: true, force: true });
  if (!isThere || openCheckpoint(runFolder, { replay: false }).agent.counters.agentSteps < steps) {
    const begun = [game, '--preset', preset, '--seed', String(seed), ...flags, '--out', folder, '--name', name];
    const words = isThere ? ['--resume', runFolder] : begun;
    const run = Bun.spawn([process.execPath, program, 'train', ...words, '--steps', String(steps), '--keep', '1'], {
      stdout: 'pipe',
      stderr: 'inherit',
      env: { ...process.env, ...(parallel > 1 ? { LP_NUM_THREADS: '1' } : {}) },
    });
    const lastLine = (await new Response(run.stdout).text()).trim().split('\n').at(-1);
    if ((await run.exited) !== 0) {
      throw new UserError(`The run ${name} did not come to its end.`, `Its last line: ${lastLine}`);
    }
  }
  const { weightsSha256, agent } = openCheckpoint(runFolder, { replay: false });
  const { agentSteps } = agent.counters;
  const lines = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as Game & { type: string });
  const games = entries.filter(({ type }) => type === 'episode');
  const seconds = Math.round(entries.at(-1)!.elapsedSeconds);
  return { preset, game, seed, agentSteps, seconds, ...judge(games, goal, agentSteps), weightsSha256 };
}

/** All of them, `parallel` at a time, in the order given. */
export async function trainAll(
  wanted: readonly Wanted[],
  folder: string,
  parallel: number,
  onEnd: (run: LearningRun) => void,
): Promise<LearningRun[]> {
  const runs: LearningRun[] = new Array(wanted.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < wanted.length) {
      const place = next++;
      runs[place] = await train(wanted[place], folder, parallel);
      onEnd(runs[place]);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return runs;
}

/** Mean reward of `games` games of random play in the preset's environment. */
export async function playAtRandom(game: string, preset: string, games: number): Promise<number> {
  const configuration = resolveConfiguration({ game, flags: { preset } });
  const options = evaluationEnvironment(environmentOptions(configuration));
  const { environment } = openEnvironment(loadCartridge(configuration), options, 1);
  const play = new Play(environment, undefined, { ...configuration, epsilon: 1, seed: 1 });
  return Math.round((await evaluate(play, games)).meanReward * 100) / 100;
}
