/**
 * `bun run bench checkpoint`: what a checkpoint with a full replay memory costs: the first one, those after it, and reading one back.
 * The frames are of our own Pong, played at random; a few minutes of them, over and over, since a piece of the replay memory is
 * compressed by itself and holds half as many frames as a minute has. The network's arrays are noise of the Nature network's size.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architecture, initialParameters } from '../src/agent/architecture.ts';
import type { DqnState } from '../src/agent/dqnState.ts';
import { ReplayMemory, replayMemoryOptions } from '../src/agent/replayMemory.ts';
import { toNamedArrays } from '../src/agent/weights.ts';
import { type Command, integerFlag } from '../src/cli/arguments.ts';
import { Xoshiro128 } from '../src/random.ts';
import { type CheckpointContent, loadCheckpoint, type RunState, saveCheckpoint } from '../src/run/checkpoint.ts';
import { agentOptions, type Configuration, environmentOptions } from '../src/run/configuration.ts';
import { folderBytes } from '../src/run/diskSpace.ts';
import { whileWriting } from '../src/run/files.ts';
import { availableMemoryBytes, bytesText, requireReplayMemory } from '../src/run/memory.ts';
import { resolveConfiguration } from '../src/run/resolve.ts';
import { loadCartridge, openEnvironment } from '../src/run/session.ts';
import { noHistories } from '../src/run/trainingHistories.ts';
import { type Machine, machineLine, observeMachine } from './machine.ts';
import { outputFlags, outputOf } from './output.ts';

const defaultTransitions = 1_000_000;
const defaultSteps = 50_000;
/** Steps that are really played; a prime number, so that the ring's places do not get the same frames again. */
const playedSteps = 19_997;
/** Written after the first one. */
const laterCheckpoints = 4;

const noRun: RunState = {
  ...{ rewards: [], bestMeanReward: null, startsGame: true, histories: noHistories },
  ...{ elapsedSeconds: 0, trainingSeconds: 0, metricsBytes: 0 },
};

interface Written {
  readonly seconds: number;
  /** Of all cores: what it would take at most where nothing else runs and the disk is quick. */
  readonly cpuSeconds: number;
  /** On the disk. */
  readonly newBytes: number;
  readonly runFolderBytes: number;
}

interface CheckpointResults extends Machine {
  readonly what: string;
  readonly transitions: number;
  readonly stepsBetween: number;
  readonly replayBytes: number;
  readonly first: Written;
  readonly later: readonly Written[];
  /** Of one checkpoint, as it would be by itself. */
  readonly checkpointBytes: number;
  /** The process's largest resident size while writing, and while reading back as well, above that before. */
  readonly extraMemoryBytes: number;
  readonly extraMemoryAfterRestoreBytes: number;
  /** Reading and checking every file; then decompressing the replay memory into its place. */
  readonly checkSeconds: number;
  readonly restoreSeconds: number;
  readonly restoreCpuSeconds: number;
}

export const checkpointCommand: Command = {
  spec: {
    name: 'bench checkpoint',
    summary: 'Measure what a checkpoint with a full replay memory costs.',
    positionals: [],
    flags: [
      { flag: '--transitions', placeholder: 'N', help: `In the replay memory [${defaultTransitions}]` },
      { flag: '--steps', placeholder: 'N', help: `Between two checkpoints [${defaultSteps}]` },
      {
        flag: '--folder',
        placeholder: 'DIR',
        help: "Where they are written, and deleted [the system's temporary folder]",
      },
      ...outputFlags,
    ],
    examples: [
      'bun run bench checkpoint',
      'bun run bench checkpoint --transitions 100000 --folder runs',
      'bun run bench checkpoint --out bench/results/checkpoint.json',
    ],
  },
  async run(parsed) {
    const transitions = integerFlag(parsed, '--transitions', defaultTransitions, playedSteps, 1e8);
    const steps = integerFlag(parsed, '--steps', defaultSteps, 1, 1e8);
    const output = outputOf(parsed);
    const place = parsed.flags.get('--folder') ?? tmpdir();
    whileWriting(place, () => mkdirSync(place, { recursive: true }));
    const folder = whileWriting(place, () => mkdtempSync(join(place, 'wgsl-dqn-bench-')));
    let results: CheckpointResults;
    try {
      results = await measure(folder, transitions, steps);
    } finally {
      rmSync(folder, { recursive: true });
    }
    output.write(results, text(results));
    return 0;
  },
};

async function measure(runFolder: string, transitions: number, stepsBetween: number): Promise<CheckpointResults> {
  const configuration = resolveConfiguration({
    game: 'pong',
    flags: { preset: 'deepmind', replayCapacity: transitions },
  });
  const options = replayMemoryOptions(agentOptions(configuration));
  const replayBytes = ReplayMemory.bytesNeeded(options);
  requireReplayMemory(transitions, replayBytes, availableMemoryBytes());
  const replay = new ReplayMemory(options);
  const source = playedFrames(configuration);
  let agentSteps = 0;
  const play = (steps: number): void => {
    for (const end = agentSteps + steps; agentSteps < end; agentSteps++) source(replay, agentSteps);
  };
  play(transitions);
  const machine = observeMachine();
  const bytesBefore = process.memoryUsage.rss();
  const written: (Written & { path: string })[] = [];
  for (let i = 0; i <= laterCheckpoints; i++) {
    if (i > 0) play(stepsBetween);
    const content = await contentOf(configuration, replay, agentSteps);
    const before = process.cpuUsage();
    const saved = await saveCheckpoint(runFolder, content, configuration.keep, written.at(-1)?.path);
    written.push({ ...saved, cpuSeconds: cpuSecondsSince(before) });
  }
  const extraMemoryBytes = largestResidentBytes() - bytesBefore;
  const { path } = written.at(-1)!;
  let beganMs = performance.now();
  const { replayHeader, replayChunks } = loadCheckpoint(path);
  const checkSeconds = (performance.now() - beganMs) / 1000;
  beganMs = performance.now();
  const before = process.cpuUsage();
  await replay.restore(replayHeader, replayChunks);
  const restoreSeconds = (performance.now() - beganMs) / 1000;
  const restoreCpuSeconds = cpuSecondsSince(before);
  const extraMemoryAfterRestoreBytes = largestResidentBytes() - bytesBefore;
  const [first, ...later] = written.map(({ seconds, cpuSeconds, newBytes, runFolderBytes }) => ({
    ...{ seconds, cpuSeconds, newBytes, runFolderBytes },
  }));
  return {
    what: 'bun run bench checkpoint',
    ...machine(),
    ...{ transitions, stepsBetween, replayBytes, first, later },
    ...{
      checkpointBytes: folderBytes(path),
      extraMemoryBytes,
      extraMemoryAfterRestoreBytes,
      checkSeconds,
      restoreSeconds,
      restoreCpuSeconds,
    },
  };
}

/** Stores step number `step` in a memory. */
function playedFrames(configuration: Configuration): (replay: ReplayMemory, step: number) => void {
  const { environment } = openEnvironment(loadCartridge(configuration), environmentOptions(configuration), 1);
  const random = new Xoshiro128(1, 'exploration');
  const frames: Uint8Array[] = [];
  const results: { action: number; reward: number; terminated: boolean; starts: boolean }[] = [];
  let starts = true;
  while (frames.length < playedSteps) {
    if (starts) environment.reset();
    frames.push(environment.frame.slice());
    const action = random.nextInt(environment.actionCount);
    const { reward, terminated, truncated } = environment.step(action);
    results.push({ action, reward, terminated, starts });
    starts = terminated || truncated;
  }
  return (replay, step) => {
    const index = step % playedSteps;
    const { action, reward, terminated, starts: begins } = results[index];
    replay.add(frames[index], action, reward, terminated, begins || index === 0);
  };
}

async function contentOf(
  configuration: Configuration,
  replay: ReplayMemory,
  agentSteps: number,
): Promise<CheckpointContent> {
  const { network, observationSize, stack, initialisation } = configuration;
  const shape = architecture(network, observationSize, stack, 6);
  const values = initialParameters(shape, new Xoshiro128(agentSteps, 'initial weights'), initialisation);
  const names = ['online', 'target', 'optimiser.first', 'optimiser.second'];
  const agent: DqnState = {
    arrays: names.map((name) => ({ name, shape: [values.length], data: values })),
    counters: { agentSteps, updates: agentSteps / 4, episodes: 0 },
    startsEpisode: false,
    largestReward: 1,
    exploration: [1, 2, 3, 4],
    sampling: [1, 2, 3, 4],
    history: { frames: new Uint8Array(stack * observationSize ** 2), indices: [0, 1, 2, 3], length: 4, newest: 3 },
    validation: undefined,
    environment: new Uint8Array(1000),
  };
  return {
    ...{ configuration, agent },
    cartridge: { title: 'Pong', md5: '', bytes: 0 },
    run: noRun,
    weights: toNamedArrays(shape, values),
    replayHeader: replay.header(),
    replayChunks: replay.chunks(),
  };
}

function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The process's largest resident size since it began. */
function largestResidentBytes(): number {
  return process.resourceUsage().maxRSS * (process.platform === 'darwin' ? 1 : 1024);
}

function text(results: CheckpointResults): string[] {
  const { first, later, transitions, stepsBetween, replayBytes, checkpointBytes, extraMemoryBytes } = results;
  const seconds = (value: number): string => `${value.toFixed(2)} s`;
  const line = ({ seconds: took, cpuSeconds, newBytes, runFolderBytes }: Written): string =>
    `${seconds(took)} (${seconds(cpuSeconds)} of the CPU), ${bytesText(newBytes)} written; the run folder takes ${bytesText(runFolderBytes)}`;
  return [
    machineLine(results),
    `Replay memory: ${transitions.toLocaleString('en-US')} transitions, ${bytesText(replayBytes)}`,
    `First checkpoint: ${line(first)}`,
    ...later.map((each) => `After ${stepsBetween.toLocaleString('en-US')} steps: ${line(each)}`),
    `One checkpoint by itself: ${bytesText(checkpointBytes)}; memory while writing: ${bytesText(Math.max(0, extraMemoryBytes))} more, and while reading: ${bytesText(Math.max(0, results.extraMemoryAfterRestoreBytes))} more`,
    `Read back: checked in ${seconds(results.checkSeconds)}, restored in ${seconds(results.restoreSeconds)} (${seconds(results.restoreCpuSeconds)} of the CPU)`,
  ];
}
