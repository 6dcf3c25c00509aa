/** `bun run bench install`: how long an install takes in a fresh clone, and what it takes of the disk. */
import { join } from 'node:path';
import type { Command } from '../src/cli/arguments.ts';
import { folderBytes } from '../src/run/diskSpace.ts';
import { bytesText } from '../src/run/memory.ts';
import { cloneStep, folderFlag, inFreshClone, installStep, type Place } from './freshClone.ts';
import { machineLine } from './machine.ts';
import { outputFlags, outputOf } from './output.ts';

export const installCommand: Command = {
  spec: {
    name: 'bench install',
    summary: 'Measure an install in a fresh clone of HEAD: its time and its disk.',
    positionals: [],
    flags: [folderFlag, ...outputFlags],
    examples: ['bun run bench install', 'bun run bench install --out bench/results/install.json'],
  },
  async run(parsed) {
    const output = outputOf(parsed);
    const results = await inFreshClone(parsed, 'bun run bench install', [cloneStep, installStep], output.say, diskOf);
    const [packages, checkout, cache] = [results.installedBytes, results.cloneBytes, results.npmCacheBytes].map(
      bytesText,
    );
    output.write(results, [
      machineLine(results),
      `Packages: ${packages}; the checkout: ${checkout}; npm's cache: ${cache}`,
    ]);
    return 0;
  },
};

/** Bytes of the packages that npm has installed, of the checkout without them, history included, and of npm's cache, which was empty. */
function diskOf({ project, npmCache }: Place) {
  const installedBytes = folderBytes(join(project, 'node_modules'));
  return { installedBytes, cloneBytes: folderBytes(project) - installedBytes, npmCacheBytes: folderBytes(npmCache) };
}
