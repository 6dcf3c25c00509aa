/**
 * What was chosen by measuring, kept in the user's cache folder: one JSON file for each adapter, driver, provider and state of the
 * shaders, so that what was measured under other circumstances never counts. Writing is atomic; of two processes that measure at the
 * same time, the first to write decides, and the other takes its choices. Two that write in the same millisecond may lose one's; it
 * is measured again then.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { ownShaders, type ShaderFiles } from '../../kernels/runtime/shaderFiles.ts';
import { cacheFolder } from '../../kernels/runtime/swiftshader.ts';
import { tunedOperations } from '../../kernels/tuning/trialTensors.ts';
import type { Choice } from '../../kernels/tuning/tuner.ts';
import { variantNames } from '../../kernels/variant.ts';
import { jsonBytes, readIfThere, whileWriting, writeAtomically } from './files.ts';

const format = 'wgsl-dqn kernel choices';

const fileSchema = z.object({
  format: z.literal(format),
  circumstances: z.record(z.string(), z.unknown()),
  choices: z.record(
    z.string(),
    z.object({ variant: z.enum(variantNames), ms: z.partialRecord(z.enum(variantNames), z.number().nonnegative()) }),
  ),
});

/** By the keys of the passes (kernels/tuning/passes.ts). */
export type Choices = ReadonlyMap<string, Choice>;

export class KernelCache {
  readonly path: string;
  readonly #folder: string;
  readonly #circumstances: Readonly<Record<string, unknown>>;
  /** What `read` gave last. */
  #seen: Choices = new Map();

  /** @param folder where the files lie; by default the user's cache folder */
  constructor(circumstances: Readonly<Record<string, unknown>>, folder = cacheFolder()) {
    const hash = createHash('sha256').update(JSON.stringify(circumstances)).digest('hex');
    this.path = join(folder, `kernels-${hash.slice(0, 16)}.json`);
    this.#folder = folder;
    this.#circumstances = circumstances;
  }

  /** What was chosen before; nothing where there is no file, and a warning where the one that is there is damaged or foreign. */
  read(): { choices: Choices; warning?: string } {
    this.#seen = new Map();
    try {
      const bytes = readIfThere(this.path);
      if (bytes === undefined) return { choices: this.#seen };
      const { circumstances, choices } = fileSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
      if (!Bun.deepEquals(circumstances, this.#circumstances)) throw new RangeError('of other circumstances');
      this.#seen = new Map(Object.entries(choices));
      return { choices: this.#seen };
    } catch {
      return { choices: this.#seen, warning: `${this.path} is damaged or of another program; it counts for nothing.` };
    }
  }

  /** Why nothing can be kept; undefined where it can. */
  unwritable(): string | undefined {
    try {
      whileWriting(this.#folder, () => {
        mkdirSync(this.#folder, { recursive: true });
        accessSync(this.#folder, constants.W_OK);
      });
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /**
   * Keeps `choices` in place of those that `read` gave. What another process has chosen since then stays. Returns all that is kept
   * now. Throws UserError where it cannot be written.
   */
  write(choices: Choices): Choices {
    const seen = this.#seen;
    const now = new Map(this.read().choices);
    for (const [key, choice] of choices) {
      if (Bun.deepEquals(now.get(key), seen.get(key))) now.set(key, choice);
    }
    const sorted = Object.fromEntries([...now].sort(([a], [b]) => (a < b ? -1 : 1)));
    writeAtomically(this.path, jsonBytes({ format, circumstances: this.#circumstances, choices: sorted }));
    return now;
  }
}

/** What decides whether times that were measured still hold. */
export function circumstancesOf(gpu: Gpu, shaders = ownShaders()): Readonly<Record<string, unknown>> {
  const { vendor, architecture, device, description } = gpu.adapter.info;
  const { name, version } = gpu.provider;
  // A software adapter is as fast as the processor.
  const processor = gpu.kind === 'hardware' ? {} : { processor: cpus()[0]?.model ?? 'unknown', threads: cpus().length };
  return {
    ...{ adapter: gpu.kind, vendor, architecture, device, driver: description, ...processor },
    provider: `${name} ${version}`,
    shaders: shadersHash(shaders),
  };
}

/** SHA-256 of the shaders that there are variants of. */
export function shadersHash(shaders: ShaderFiles): string {
  const hash = createHash('sha256');
  for (const name of shaders.names().sort()) {
    if (tunedOperations.includes(name.split('.')[0])) hash.update(`${name}\n`).update(shaders.read(name));
  }
  return hash.digest('hex');
}
