/**
 * Trained agents as the server gives them: weights that ship with the project, and those of a run; checked before they are used.
 * Leaves out playing (agentPlayer.ts).
 */
import { z } from 'zod';
import { bytesOf, decodeSafetensors } from '../../agent/safetensors.ts';
import type { NamedArray } from '../../agent/weights.ts';
import { UserError } from '../../errors.ts';
import type { Game } from '../../games/game.ts';
import { gameByMd5 } from '../../games/registry.ts';
import { type Configuration, configurationSchema } from '../../run/configuration.ts';
import { getBytes, getJson, runPath } from '../server.ts';
import { type LoadedCartridge, ownCartridge, ownGames } from './cartridges.ts';

/** Which agent: the one that ships with a game, or a run's best or last weights. */
export type AgentName = { readonly shipped: string } | { readonly run: string; readonly weights: 'best' | 'last' };

export interface TrainedAgent {
  readonly configuration: Configuration;
  /** The rules and the cartridge that it was trained on. */
  readonly game: Game;
  readonly rom: Uint8Array;
  readonly md5: string;
  readonly weights: readonly NamedArray[];
  /** What is known of its play, one line; empty for a run's. */
  readonly score: string;
}

const cartridgeSchema = z.object({ title: z.string(), md5: z.string() });

/** As src/run/pretrained.ts writes it. */
const shippedSchema = z.object({
  weightsSha256: z.string(),
  cartridge: cartridgeSchema,
  score: z.object({ meanReward: z.number(), episodes: z.int() }),
  configuration: configurationSchema,
});

/** As src/run/provenance.ts writes it, as far as it matters here. */
const runSchema = z.object({ cartridge: cartridgeSchema, configuration: configurationSchema });

/**
 * Fetches an agent. Its cartridge is one of our own or among `files`, which the user has given.
 * Throws UserError where it cannot play here, `ServerError` where the server does not answer.
 */
export async function fetchAgent(name: AgentName, files: readonly LoadedCartridge[]): Promise<TrainedAgent> {
  if ('shipped' in name) {
    const what = `weights/${name.shipped}.json`;
    const { configuration, cartridge, score, weightsSha256 } = parse(shippedSchema, await getJson(`/${what}`), what);
    const bytes = await weightsBytes(`/weights/${name.shipped}.safetensors`);
    const found = await cartridgeFor(cartridge, files);
    const weights = namedArrays(bytes, `weights/${name.shipped}.safetensors`);
    const sha256 = await dataSha256(weights);
    if (sha256 !== weightsSha256) {
      throw new UserError(
        `weights/${name.shipped}.safetensors is not what its record says.`,
        'Take both from one commit.',
      );
    }
    const points = `mean reward ${score.meanReward.toFixed(2)} of ${score.episodes} games`;
    return { configuration, ...found, weights, score: points };
  }
  const what = `the configuration of ${name.run}`;
  const { configuration, cartridge } = parse(runSchema, await getJson(runPath(name.run, 'config')), what);
  const found = await cartridgeFor(cartridge, files);
  const bytes = await weightsBytes(runPath(name.run, `weights/${name.weights}`));
  return { configuration, ...found, weights: namedArrays(bytes, `the weights of ${name.run}`), score: '' };
}

function parse<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [reason] = z.prettifyError(parsed.error).split('\n');
  throw new UserError(`${what} is not what this version understands: ${reason}.`, 'Another version has written it.');
}

async function weightsBytes(path: string): Promise<Uint8Array> {
  const bytes = await getBytes(path);
  if (bytes === undefined) throw new UserError('There are no such weights yet.', 'A run writes them as it goes on.');
  return bytes;
}

function namedArrays(bytes: Uint8Array, what: string): NamedArray[] {
  try {
    return decodeSafetensors(bytes).tensors as NamedArray[];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${what} cannot be read: ${error.message}.`, 'Reload the page to get them again.');
  }
}

/** The hash that a run prints (src/run/tensorHash.ts). */
async function dataSha256(weights: readonly NamedArray[]): Promise<string> {
  const bytes = new Uint8Array(weights.reduce((sum, { data }) => sum + data.byteLength, 0));
  let at = 0;
  for (const { data } of weights) {
    bytes.set(bytesOf(data), at);
    at += data.byteLength;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex();
}

/** The cartridge with this MD5, and the rules of its game. */
async function cartridgeFor(
  { title, md5 }: z.output<typeof cartridgeSchema>,
  files: readonly LoadedCartridge[],
): Promise<Pick<TrainedAgent, 'game' | 'rom' | 'md5'>> {
  const game = gameByMd5(md5);
  const own = ownGames.find((known) => known === game);
  const found = own === undefined ? files.find((file) => file.md5 === md5) : await ownCartridge(own);
  if (found?.md5 !== md5 || found.game === undefined) {
    throw new UserError(
      `This agent plays ${title}, with MD5 ${md5}.`,
      'Add that cartridge with "Your own cartridge"; it stays in this browser.',
    );
  }
  return { game: found.game, rom: found.rom, md5 };
}
