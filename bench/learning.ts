/**
 * `bun run bench learning`: trains each of the reproduced systems, scaled down, on `catch` and `bricks` with several seeds, and shows what
 * came of it: JSON, and the curves as one picture. Takes the better part of an hour on two cores without a GPU.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapterName } from '../kernels/runtime/adapterInfo.ts';
import { openGpu } from '../kernels/runtime/openGpu.ts';
import { type Command, integerFlag } from '../src/cli/arguments.ts';
import { shown } from '../src/cli/words.ts';
import { UserError } from '../src/errors.ts';
import { jsonBytes, writeAtomically } from '../src/run/files.ts';
import { type PresetName, presetNames } from '../src/run/presets.ts';
import { requireWritable } from '../src/run/recordingFile.ts';
import { learningChart } from './learning/chart.ts';
import { type LearningResults, type LearningRun, learningMarkdown, scoreGames, tasks } from './learning/results.ts';
import { playAtRandom, trainAll } from './learning/runs.ts';
import { observeMachine } from './machine.ts';

const defaultPresets = 'deepmind-small,lapan-small,graetz-small';
const defaultGames = 'catch,bricks';
const randomGames = 100;

export const learningCommand: Command = {
  spec: {
    name: 'bench learning',
    summary: 'Train the reproduced systems, scaled down, and draw their curves.',
    positionals: [],
    flags: [
      { flag: '--presets', placeholder: 'NAMES', help: `Presets, with commas between [${defaultPresets}]` },
      {
        flag: '--games',
        placeholder: 'NAMES',
        help: `Of ${Object.keys(tasks).join(', ')}, with commas between [${defaultGames}]`,
      },
      { flag: '--seeds', placeholder: 'N', help: 'Seeds of each, from 1 [3]' },
      { flag: '--parallel', placeholder: 'N', help: 'Runs at a time [2]' },
      {
        flag: '--folder',
        placeholder: 'DIR',
        help: 'Keep the runs here, and take or go on with those that are there [a temporary one]',
      },
      { flag: '--out', placeholder: 'FILE', help: 'Write the results to FILE.json' },
      { flag: '--picture', placeholder: 'FILE', help: 'Write the curves to FILE.svg' },
    ],
    examples: [
      'bun run bench learning --out bench/results/learning.json --picture docs/learning.svg',
      'bun run bench learning --presets pong-cpu --games pong --seeds 1 --parallel 1',
    ],
  },
  async run(parsed) {
    const list = (flag: string, fallback: string): string[] => (parsed.flags.get(flag) ?? fallback).split(',');
    const presets = known('--presets', list('--presets', defaultPresets), presetNames);
    const games = known('--games', list('--games', defaultGames), Object.keys(tasks));
    const seeds = integerFlag(parsed, '--seeds', 3, 1, 100);
    const parallel = integerFlag(parsed, '--parallel', 2, 1, 64);
    const out = parsed.flags.get('--out');
    const picture = parsed.flags.get('--picture');
    if (out !== undefined) requireWritable(out, '.json');
    if (picture !== undefined) requireWritable(picture, '.svg');
    const folder = parsed.flags.get('--folder');
    const results = await measure(presets, games, seeds, parallel, folder);
    console.log(`\n${learningMarkdown(results)}`);
    if (out !== undefined) writeAtomically(out, jsonBytes(results));
    if (picture !== undefined) writeAtomically(picture, new TextEncoder().encode(learningChart(results)));
    for (const path of [out, picture]) if (path !== undefined) console.log(`Wrote ${shown(path)}`);
    return 0;
  },
};

async function measure(
  presets: readonly PresetName[],
  games: readonly string[],
  seeds: number,
  parallel: number,
  kept: string | undefined,
): Promise<LearningResults> {
  const gpu = await openGpu();
  const adapter = adapterName(gpu.adapter.info);
  gpu.destroy();
  const machine = observeMachine();
  const random: Record<string, number> = {};
  for (const game of games) random[game] = await playAtRandom(game, presets[0], randomGames);
  // All of one seed first, so that a preset that learns nothing shows early.
  const wanted = Array.from({ length: seeds }, (_, seed) => seed + 1).flatMap((seed) =>
    games.flatMap((game) => presets.map((preset) => ({ preset, game, seed }))),
  );
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'wgsl-dqn-learning-'));
  try {
    const runs = await trainAll(wanted, folder, parallel, (run) => console.log(runLine(run)));
    return {
      what: `bun run bench learning --presets ${presets.join(',')} --games ${games.join(',')} --seeds ${seeds}`,
      ...machine(),
      adapter,
      parallel,
      tasks,
      scoreGames,
      random,
      runs,
    };
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function runLine({ preset, game, seed, agentSteps, seconds, lastMean, reached }: LearningRun): string {
  const goal =
    reached === null
      ? `goal of ${tasks[game].goal} not reached`
      : `goal of ${tasks[game].goal} after ${reached.agentSteps.toLocaleString('en-US')} steps, ${(reached.seconds / 60).toFixed(1)} min`;
  const whole = `${agentSteps.toLocaleString('en-US')} steps in ${(seconds / 60).toFixed(1)} min`;
  return `${preset}, ${game}, seed ${seed}: mean of the last ${scoreGames} games ${lastMean}; ${goal}; ${whole}`;
}

function known<T extends string>(flag: string, given: readonly string[], names: readonly T[]): T[] {
  return given.map((name) => {
    const found = names.find((one) => one === name);
    if (found === undefined) throw new UserError(`${flag}: there is no "${name}".`, `Known: ${names.join(', ')}.`);
    return found;
  });
}
