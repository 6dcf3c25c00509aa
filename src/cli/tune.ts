/** `bun run tune [game]`: measures which shaders are the fastest on this adapter, and keeps what it finds for the runs to come. */
import { describeAdapter } from '../../kernels/runtime/adapter.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import { environmentOptions } from '../run/configuration.ts';
import { resolveConfiguration } from '../run/resolve.ts';
import { cartridgeLines, loadCartridge, openEnvironment, trainingKernels } from '../run/session.ts';
import type { Command } from './arguments.ts';
import { configurationFlags, configurationSpecs } from './configurationFlags.ts';
import { kernelTable } from './kernelTable.ts';

export const tuneCommand: Command = {
  spec: {
    name: 'tune',
    summary: 'Measure which shaders are the fastest on this adapter.',
    positionals: ['game'],
    flags: [],
    moreFlags: configurationSpecs,
    helpLines: () => [
      '',
      'Measured are the shapes of a run: of the game (its number of actions) [pong] and with the flags of',
      '`bun run train`, of which --preset, --network, --batch-size, --observation-size and --stack change them.',
    ],
    examples: ['bun run tune', 'bun run tune catch --preset quick', 'bun run tune --batch-size 64'],
  },
  async run(parsed) {
    const { lines, ...given } = configurationFlags(parsed);
    for (const line of lines) console.log(line);
    const configuration = resolveConfiguration({ game: 'pong', ...given, flags: { ...given.flags, kernels: 'auto' } });
    const cartridge = loadCartridge(configuration);
    for (const line of cartridgeLines(cartridge)) console.log(line);
    const gpu = await openGpu();
    console.log(`Adapter: ${await describeAdapter(gpu)}`);
    const { environment } = openEnvironment(cartridge, environmentOptions(configuration), configuration.seed);
    const kernels = await trainingKernels(gpu, configuration, environment.actionCount, { measure: 'all' });
    for (const line of [...kernels.lines, '', ...kernelTable(kernels)]) console.log(line);
    gpu.destroy();
    return 0;
  },
};
