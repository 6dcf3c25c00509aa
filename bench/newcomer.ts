/**
 * `bun run bench newcomer`: the way of somebody new, from a clone to a trained agent's first picture and to training that has begun, each
 * step timed. What a person does in between (reading, typing) is not in it.
 */
import type { Command } from '../src/cli/arguments.ts';
import { shown } from '../src/cli/words.ts';
import { jsonBytes, writeAtomically } from '../src/run/files.ts';
import { requireWritable } from '../src/run/recordingFile.ts';
import { cloneStep, emptyPlace, installStep, type Step, type TimedStep, timeSteps } from './freshClone.ts';
import { type Machine, machineLine, observeMachine } from './machine.ts';

/** docs/getting-started.md in its order. */
export const newcomerSteps: readonly Step[] = [
  cloneStep,
  installStep,
  { name: 'what this machine has', command: ['npx', 'bun', 'run', 'doctor'] },
  {
    name: 'the first picture of a trained agent in the terminal',
    command: ['npx', 'bun', 'run', 'watch', 'pong'],
    until: /[▀▄█]/,
  },
  {
    name: 'training has begun: the first line of progress',
    command: ['npx', 'bun', 'run', 'train', 'catch', '--log-every-seconds', '1'],
    until: /[\d,]+ steps \|/,
  },
];

interface NewcomerResults extends Machine {
  readonly what: string;
  readonly platform: string;
  readonly steps: readonly TimedStep[];
}

export const newcomerCommand: Command = {
  spec: {
    name: 'bench newcomer',
    summary: "Measure a newcomer's way: clone, install, a trained agent's picture, training begun.",
    positionals: [],
    flags: [
      {
        flag: '--folder',
        placeholder: 'DIR',
        help: "Where the clone is made, and deleted [the system's temporary folder]",
      },
      { flag: '--json', help: 'Print the results as JSON and nothing else' },
      { flag: '--out', placeholder: 'FILE', help: 'Write the results to FILE.json' },
    ],
    examples: ['bun run bench newcomer', 'bun run bench newcomer --out bench/results/newcomer.json'],
  },
  async run(parsed) {
    const out = parsed.flags.get('--out');
    if (out !== undefined) requireWritable(out, '.json');
    const isJson = parsed.flags.has('--json');
    const place = emptyPlace(parsed.flags.get('--folder'));
    let results: NewcomerResults;
    try {
      const machine = observeMachine();
      const steps = await timeSteps(place, newcomerSteps, (line) => isJson || console.log(line));
      const platform = `${process.platform} ${process.arch}`;
      results = { what: 'bun run bench newcomer', ...machine(), platform, steps };
    } finally {
      place.remove();
    }
    if (out !== undefined) writeAtomically(out, jsonBytes(results));
    if (isJson) {
      console.log(JSON.stringify(results, null, 2));
    } else {
      console.log(machineLine(results));
      console.log(`All: ${(results.steps.at(-1)?.sinceBeginSeconds ?? 0).toFixed(1)} s`);
      if (out !== undefined) console.log(`\nWrote ${shown(out)}`);
    }
    return 0;
  },
};
