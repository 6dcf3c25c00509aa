/** `bun run bench install`: how long an install takes in a fresh clone, and what it takes of the disk. */
import { join } from 'node:path';
import type { Command } from '../src/cli/arguments.ts';
import { shown } from '../src/cli/words.ts';
import { folderBytes } from '../src/run/diskSpace.ts';
import { jsonBytes, writeAtomically } from '../src/run/files.ts';
import { bytesText } from '../src/run/memory.ts';
import { requireWritable } from '../src/run/recordingFile.ts';
import { cloneStep, emptyPlace, installStep, type TimedStep, timeSteps } from './freshClone.ts';
import { type Machine, machineLine, observeMachine } from './machine.ts';

interface InstallResults extends Machine {
  readonly what: string;
  readonly platform: string;
  /** npm's cache was empty: the packages came over the network. */
  readonly steps: readonly TimedStep[];
  /** The packages that npm installs. */
  readonly installedBytes: number;
  /** The checkout, history included, without them. */
  readonly cloneBytes: number;
  readonly npmCacheBytes: number;
}

export const installCommand: Command = {
  spec: {
    name: 'bench install',
    summary: 'Measure an install in a fresh clone of HEAD: its time and its disk.',
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
    examples: ['bun run bench install', 'bun run bench install --out bench/results/install.json'],
  },
  async run(parsed) {
    const out = parsed.flags.get('--out');
    if (out !== undefined) requireWritable(out, '.json');
    const isJson = parsed.flags.has('--json');
    const place = emptyPlace(parsed.flags.get('--folder'));
    let results: InstallResults;
    try {
      const machine = observeMachine();
      const steps = await timeSteps(place, [cloneStep, installStep], (line) => isJson || console.log(line));
      const installedBytes = folderBytes(join(place.project, 'node_modules'));
      results = {
        what: 'bun run bench install',
        ...machine(),
        platform: `${process.platform} ${process.arch}`,
        steps,
        installedBytes,
        cloneBytes: folderBytes(place.project) - installedBytes,
        npmCacheBytes: folderBytes(place.npmCache),
      };
    } finally {
      place.remove();
    }
    if (out !== undefined) writeAtomically(out, jsonBytes(results));
    if (isJson) {
      console.log(JSON.stringify(results, null, 2));
    } else {
      console.log(machineLine(results));
      console.log(
        `Packages: ${bytesText(results.installedBytes)}; the checkout: ${bytesText(results.cloneBytes)}; npm's cache: ${bytesText(results.npmCacheBytes)}`,
      );
      if (out !== undefined) console.log(`\nWrote ${shown(out)}`);
    }
    return 0;
  },
};
