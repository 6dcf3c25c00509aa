/**
 * `bun run bench newcomer`: the way of somebody new, from a clone to a trained agent's first picture and to training that has begun, each
 * step timed. What a person does in between (reading, typing) is not in it.
 */
import type { Command } from '../src/cli/arguments.ts';
import { cloneStep, folderFlag, inFreshClone, installStep, type Step } from './freshClone.ts';
import { machineLine } from './machine.ts';
import { outputFlags, outputOf } from './output.ts';

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

export const newcomerCommand: Command = {
  spec: {
    name: 'bench newcomer',
    summary: "Measure a newcomer's way: clone, install, a trained agent's picture, training begun.",
    positionals: [],
    flags: [folderFlag, ...outputFlags],
    examples: ['bun run bench newcomer', 'bun run bench newcomer --out bench/results/newcomer.json'],
  },
  async run(parsed) {
    const output = outputOf(parsed);
    const results = await inFreshClone(parsed, 'bun run bench newcomer', newcomerSteps, output.say, () => ({}));
    const seconds = results.steps.at(-1)?.sinceBeginSeconds ?? 0;
    output.write(results, [machineLine(results), `All: ${seconds.toFixed(1)} s`]);
    return 0;
  },
};
