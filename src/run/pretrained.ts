/**
 * Trained weights that ship with the project, a pair of files a game in weights/: `<game>.safetensors`, and `<game>.json` with the
 * configuration, cartridge and score that belong to them and the SHA-256 that the run printed.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { encodeSafetensors } from '../agent/safetensors.ts';
import type { NamedArray } from '../agent/weights.ts';
import { UserError } from '../errors.ts';
import { type CartridgeIdentity, loadWeightsFile } from './checkpoint.ts';
import type { Configuration } from './configuration.ts';
import { jsonBytes, readIfThere, whileWriting, writeAtomically } from './files.ts';
import { checkStoredConfiguration } from './resolve.ts';
import { hashTensors } from './tensorHash.ts';

const shippedFolder = resolve(import.meta.dirname, '../../weights');
const format = 'wgsl-dqn pretrained 1';

const recordSchema = z.strictObject({
  format: z.literal(format),
  /** Of the tensors' bytes, as a run prints it. */
  weightsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  agentSteps: z.int().min(0).nullable(),
  cartridge: z.strictObject({ title: z.string(), md5: z.string(), bytes: z.int() }),
  /** What `bun run eval` found. */
  score: z.strictObject({
    meanReward: z.number(),
    episodes: z.int().min(1),
    epsilon: z.number(),
    seed: z.int(),
  }),
  configuration: z.unknown(),
});

type PretrainedRecord = z.output<typeof recordSchema>;
export type PretrainedScore = PretrainedRecord['score'];

export interface Pretrained {
  readonly configuration: Configuration;
  readonly cartridge: CartridgeIdentity;
  readonly weights: readonly NamedArray[];
  readonly weightsSha256: string;
  readonly agentSteps: number | null;
  readonly score: PretrainedScore;
  /** The file that holds them. */
  readonly weightsPath: string;
}

/** The games that have trained weights in `folder`. */
export function pretrainedGames(folder = shippedFolder): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => name.slice(0, -'.json'.length)).sort();
}

/** Throws UserError where the game has none, and where they are not what their record says. */
export function openPretrained(game: string, folder = shippedFolder): Pretrained {
  const path = join(folder, `${game}.json`);
  const bytes = readIfThere(path);
  if (bytes === undefined) {
    const games = pretrainedGames(folder);
    throw new UserError(
      `There are no trained weights for ${game}.`,
      games.length === 0 ? 'No game has any yet; train an agent.' : `Games that have them: ${games.join(', ')}.`,
    );
  }
  const record = readRecord(path, bytes);
  const configuration = checkStoredConfiguration(record.configuration, path);
  const weightsPath = join(folder, `${game}.safetensors`);
  const weights = loadWeightsFile(weightsPath).tensors;
  const weightsSha256 = hashTensors(weights);
  if (weightsSha256 !== record.weightsSha256) {
    throw new UserError(
      `The weights ${weightsPath} are not those of ${path}: their SHA-256 is ${weightsSha256}, not ${record.weightsSha256}.`,
      'Take both files from the same commit.',
    );
  }
  const { agentSteps, cartridge, score } = record;
  return { configuration, cartridge, weights, weightsSha256, agentSteps, score, weightsPath };
}

function readRecord(path: string, bytes: Uint8Array): PretrainedRecord {
  let stored: unknown;
  try {
    stored = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    stored = undefined;
  }
  const parsed = recordSchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  const reason = stored === undefined ? 'it is not valid JSON' : z.prettifyError(parsed.error).split('\n')[0];
  throw new UserError(`${path} says nothing of trained weights: ${reason}.`, 'Take it from the repository again.');
}

/** Writes both files of a game into `folder`, without what only the machine of the training knows; resolves to their paths. */
export function writePretrained(
  folder: string,
  pretrained: Omit<Pretrained, 'weightsPath' | 'weightsSha256'>,
): string[] {
  const { weights, agentSteps, cartridge, score } = pretrained;
  const { game } = pretrained.configuration;
  const elsewhere = { rom: null, gamesFolder: null, out: 'runs', name: null, initialWeights: null, initialBest: false };
  const record: PretrainedRecord = {
    ...{ format, weightsSha256: hashTensors(weights), agentSteps, cartridge, score },
    configuration: { ...pretrained.configuration, ...elsewhere },
  };
  whileWriting(folder, () => mkdirSync(folder, { recursive: true }));
  const [weightsPath, path] = [join(folder, `${game}.safetensors`), join(folder, `${game}.json`)];
  writeAtomically(weightsPath, ...encodeSafetensors({ tensors: weights, metadata: { format: 'pt', game } }));
  writeAtomically(path, jsonBytes(record));
  return [weightsPath, path];
}
