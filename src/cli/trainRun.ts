/** A run on the command line: signals, progress, its end in words, and what becomes of it when the GPU fails. */
import { DeviceLostError, GpuError } from '../../kernels/runtime/errors.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Dqn } from '../agent/dqn.ts';
import { UserError } from '../errors.ts';
import type { Configuration } from '../run/configuration.ts';
import { createDisplay, grouped } from '../run/progress.ts';
import { RunStatusFile } from '../run/runStatus.ts';
import { Training } from '../run/training.ts';
import type { RunEnd, TrainingOptions } from '../run/trainingOptions.ts';
import { runner, sentence, shown } from './words.ts';

/** What a run is set up with beside the agent. */
type Surrounded = Omit<TrainingOptions, 'agent' | 'display' | 'check' | 'status'>;

/** Signals closer than this are one press of Ctrl-C. */
const samePressMs = 1000;

/**
 * Runs an agent until an end or a signal, saves it, and says so; resolves to the exit code.
 * A failure of the GPU becomes a UserError that says what is saved; checkpoints stay as they are.
 */
export async function runTraining(gpu: Gpu, agent: Dqn, run: Surrounded): Promise<number> {
  console.log(`Run folder: ${shown(run.runFolder)}`);
  const status = new RunStatusFile(run.runFolder);
  try {
    return await trainToAnEnd(gpu, agent, run, status);
  } catch (error) {
    status.failed(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

async function trainToAnEnd(gpu: Gpu, agent: Dqn, run: Surrounded, status: RunStatusFile): Promise<number> {
  const { configuration, runFolder, resumedFrom } = run;
  const stop = { requested: false };
  let requestedMs = 0;
  const onSignal = (): void => {
    // One Ctrl-C comes twice: from the terminal, and passed on by each `bun run` or `npx` above.
    if (stop.requested && performance.now() - requestedMs < samePressMs) return;
    if (stop.requested) {
      status.ended('stopped');
      process.exit(130);
    }
    stop.requested = true;
    requestedMs = performance.now();
    process.stderr.write('\nStopping after this step and saving; once more to stop without saving.\n');
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const display = createDisplay(process.stdout, configuration.logEverySeconds);
  const check = (): void => gpu.failures.take();
  const training = new Training({ ...run, agent, display, check, status });
  try {
    const end = await training.run(stop);
    const saved = await training.save();
    training.close();
    status.ended(end);
    console.log(endText(end, agent, configuration, training));
    console.log(`Saved: ${shown(saved.path)}`);
    if (end !== 'target')
      console.log(`To go on: ${runner()} train --resume ${shown(runFolder)}${moreSteps(end, configuration)}`);
    console.log(`Weights SHA-256: ${saved.weightsSha256}`);
    return 0;
  } catch (error) {
    training.close();
    if (!(error instanceof GpuError)) throw error;
    const rescued = error instanceof DeviceLostError ? undefined : await training.rescue().catch(() => undefined);
    const last = training.saved?.path ?? resumedFrom?.path;
    throw new UserError(
      `${sentence(error.message)} ${error.hint}`,
      [
        last === undefined
          ? 'There is no checkpoint yet.'
          : `The last checkpoint is ${shown(last)}; go on from it: ${runner()} train --resume ${shown(runFolder)}`,
        rescued === undefined ? '' : `The weights of this moment are in ${shown(rescued)}.`,
      ].join(' '),
      { cause: error },
    );
  }
}

function endText(end: RunEnd, agent: Dqn, { frameSkip, best }: Configuration, training: Training): string {
  const { agentSteps, episodes } = agent.counters;
  const what = { steps: 'Finished', target: 'Solved', stopped: 'Stopped' }[end];
  const { meanReward, evaluationReward, trainingSeconds } = training;
  const mean =
    meanReward === null ? 'no game has ended yet' : `mean reward of the last 100 games ${meanReward.toFixed(2)}`;
  const evaluated =
    best === 'evaluation' && evaluationReward !== null
      ? `mean reward of the last evaluation ${evaluationReward.toFixed(2)}`
      : undefined;
  return (
    `${what} after ${grouped(agentSteps)} steps (${grouped(agentSteps * frameSkip)} frames), ${grouped(episodes)} games, ` +
    `${(trainingSeconds / 60).toFixed(1)} minutes of training; ${evaluated ?? mean}`
  );
}

/** A finished run needs a later end to go on. */
function moreSteps(end: RunEnd, { steps }: Configuration): string {
  return end === 'steps' ? ` --steps ${steps * 2}` : '';
}
