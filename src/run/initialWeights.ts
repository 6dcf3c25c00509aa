/** Weights to begin a run with (`initialWeights`): a file's, ours or another program's, or those of a run. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { architecture } from '../agent/architecture.ts';
import type { Dqn } from '../agent/dqn.ts';
import { type ForeignArray, withOurNames } from '../agent/weightNames.ts';
import { UserError } from '../errors.ts';
import { loadWeightsFile } from './checkpoint.ts';
import type { Configuration } from './configuration.ts';
import { openCheckpoint } from './runFolder.ts';

export interface InitialWeights {
  /** The file that holds them. */
  readonly path: string;
  readonly tensors: readonly ForeignArray[];
}

/** Undefined where the configuration names none. Throws UserError where they cannot be read. */
export function readInitialWeights({
  initialWeights: place,
  initialBest,
}: Pick<Configuration, 'initialWeights' | 'initialBest'>): InitialWeights | undefined {
  if (place === null) return undefined;
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) {
    if (initialBest) throw new UserError(`--initial-best needs a run folder, and ${place} is none.`, 'Leave it out.');
    return { path: place, tensors: loadWeightsFile(place).tensors };
  }
  if (initialBest) {
    const path = join(openCheckpoint(place, { replay: false }).runFolder, 'best.safetensors');
    return { path, tensors: loadWeightsFile(path).tensors };
  }
  const { path, weights } = openCheckpoint(place, { replay: false });
  return { path: join(path, 'weights.safetensors'), tensors: weights };
}

/** Makes both networks of an agent what the weights say. Throws UserError where they are another network's. */
export function beginWith(
  agent: Dqn,
  { network, observationSize, stack }: Configuration,
  actionCount: number,
  { path, tensors }: InitialWeights,
): void {
  try {
    agent.loadWeights(withOurNames(architecture(network, observationSize, stack, actionCount), tensors));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `The weights ${path} do not fit the network ${network}: ${error.message}.`,
      'Give --network, --observation-size, --stack and --action-set as they were trained with.',
      { cause: error },
    );
  }
}
