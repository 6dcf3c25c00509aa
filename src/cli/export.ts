/** `bun run export --run DIR`: a trained network as a file that other programs read. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Architecture, architecture } from '../agent/architecture.ts';
import { encodeSafetensors } from '../agent/safetensors.ts';
import { fromNamedArrays, type NamedArray, toNamedArrays } from '../agent/weights.ts';
import { UserError } from '../errors.ts';
import { loadWeightsFile } from '../run/checkpoint.ts';
import type { Configuration } from '../run/configuration.ts';
import { writeAtomically } from '../run/files.ts';
import { encodeOnnx } from '../run/onnx.ts';
import { openCheckpoint } from '../run/runFolder.ts';
import { hashTensors } from '../run/tensorHash.ts';
import { type Command, choiceFlag } from './arguments.ts';
import { shown } from './words.ts';

const formats = ['safetensors', 'onnx'] as const;

export const exportCommand: Command = {
  spec: {
    name: 'export',
    summary: "Write a run's network as a file for other programs.",
    positionals: [],
    flags: [
      { flag: '--run', placeholder: 'DIR', help: "A run's folder, or one of its checkpoints" },
      {
        flag: '--format',
        placeholder: 'NAME',
        help: 'safetensors (the weights, as PyTorch names and lays them out) or onnx (the whole network) [safetensors]',
      },
      { flag: '--best', help: 'The weights with the best mean reward instead of the newest' },
      { flag: '--out', placeholder: 'FILE', help: "File to write [the run's name, here]" },
      { flag: '--force', help: 'Replace a file that is there already' },
    ],
    examples: [
      'bun run export --run runs/pong-lapan-1-1 --format onnx',
      'bun run export --run runs/pong-lapan-1-1 --best --out pong.safetensors',
    ],
  },
  async run(parsed) {
    const run = parsed.flags.get('--run');
    if (run === undefined)
      throw new UserError('No run is named.', 'For example: bun run export --run runs/pong-lapan-1-1');
    const format = choiceFlag(parsed, '--format', formats, 'safetensors');
    const { configuration, weights, agentSteps, path, name } = openWeights(run, parsed.flags.has('--best'));
    const out = parsed.flags.get('--out') ?? `${name}.${format}`;
    requireFree(out, parsed.flags.has('--force'));

    const { game, network, observationSize, stack } = configuration;
    const { shape, arrays } = checked(configuration, weights, path);
    const about = { game, network, observationSize: `${observationSize}`, stack: `${stack}` };
    const metadata = { ...about, actions: `${shape.actionCount}`, ...(agentSteps === null ? {} : { agentSteps }) };
    const chunks =
      format === 'onnx'
        ? [encodeOnnx(shape, arrays, metadata)]
        : encodeSafetensors({ tensors: arrays, metadata: { format: 'pt', ...metadata } });
    writeAtomically(out, ...chunks);

    const steps = agentSteps === null ? '' : `, ${Number(agentSteps).toLocaleString('en-US')} steps of training`;
    console.log(`Weights: ${shown(path)}${steps}, SHA-256 ${hashTensors(arrays)}`);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    console.log(
      `Wrote ${shown(out)}: the network ${network} of ${game}, ${shape.actionCount} actions, ` +
        `${bytes.toLocaleString('en-US')} bytes`,
    );
    return 0;
  },
};

interface RunWeights {
  readonly configuration: Configuration;
  readonly weights: readonly NamedArray[];
  /** Of training behind them; null for a file that does not say. */
  readonly agentSteps: string | null;
  /** The file that holds them. */
  readonly path: string;
  /** What to call them: the run's name. */
  readonly name: string;
}

/** The newest weights of a run, or the best. Throws UserError where there are none. */
function openWeights(run: string, best: boolean): RunWeights {
  const { configuration, weights, agent, path, runFolder, passedOver } = openCheckpoint(run, { replay: false });
  for (const reason of passedOver) process.stderr.write(`Note: ${reason} The one before it is taken.\n`);
  const name = basename(runFolder);
  if (!best) {
    const { agentSteps } = agent.counters;
    return { configuration, weights, agentSteps: `${agentSteps}`, path: join(path, 'weights.safetensors'), name };
  }
  const file = join(runFolder, 'best.safetensors');
  if (!existsSync(file)) {
    throw new UserError(`The run in ${run} has no best weights yet.`, 'Leave --best out, or train on.');
  }
  const { tensors, metadata } = loadWeightsFile(file);
  const agentSteps = metadata['agentSteps'] ?? null;
  return { configuration, weights: tensors, agentSteps, path: file, name: `${name}-best` };
}

/** Throws UserError where something is at `out` that may not be replaced. */
function requireFree(out: string, force: boolean): void {
  const there = statSync(out, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) throw new UserError(`${out} is a folder.`, 'Give --out the name of a file.');
  if (there !== undefined && !force) {
    throw new UserError(`There is a file ${out} already.`, 'Choose another with --out, or replace it with --force.');
  }
}

/** The network of the weights, and its tensors in its order. Throws UserError where they are of another. */
function checked(
  { network, observationSize, stack }: Configuration,
  weights: readonly NamedArray[],
  path: string,
): { shape: Architecture; arrays: NamedArray[] } {
  try {
    // One bias an action: the head's last tensor.
    const head = weights.find(({ name }) => name === 'out.bias' || name === 'advantage.bias');
    if (head === undefined) throw new RangeError('they have neither out.bias nor advantage.bias');
    const shape = architecture(network, observationSize, stack, head.data.length);
    return { shape, arrays: toNamedArrays(shape, fromNamedArrays(shape, weights)) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`The weights ${path} do not fit the network ${network}: ${error.message}.`, '', {
      cause: error,
    });
  }
}
