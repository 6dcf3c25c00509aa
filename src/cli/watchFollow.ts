/** Newer weights of a run that goes on. Only reads. */
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { listCheckpoints } from '../run/checkpoint.ts';
import type { ParsedArguments } from './arguments.ts';
import { openTrained, type TrainedAgent } from './trained.ts';

export class WeightsFollower {
  readonly #parsed: ParsedArguments;
  readonly #run: string;
  readonly #which: string;
  #seen: string;
  #sha256: string;

  /** `trained`: the agent that plays now, of `--run`. */
  constructor(parsed: ParsedArguments, trained: TrainedAgent) {
    this.#parsed = parsed;
    this.#run = realpathSync(parsed.flags.get('--run')!);
    this.#which = parsed.flags.get('--weights') ?? 'last';
    this.#sha256 = trained.weightsSha256;
    this.#seen = this.#newest();
  }

  /** The agent with other weights than the last time; undefined where there are none, or none that can be read now. */
  newer(): TrainedAgent | undefined {
    const newest = this.#newest();
    if (newest === this.#seen) return undefined;
    let trained: TrainedAgent;
    try {
      trained = openTrained(this.#parsed, () => {})!;
    } catch (error) {
      // The run was just deleting the checkpoint: the next one will do.
      if (error instanceof UserError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    this.#seen = newest;
    if (trained.weightsSha256 === this.#sha256) return undefined;
    this.#sha256 = trained.weightsSha256;
    return trained;
  }

  /** What tells one state of the weights from another; the files themselves are read only where it has changed. */
  #newest(): string {
    if (this.#which === 'last') return listCheckpoints(this.#run).at(-1) ?? '';
    const file = statSync(this.#which === 'best' ? join(this.#run, 'best.safetensors') : this.#which, {
      throwIfNoEntry: false,
    });
    return file === undefined ? '' : `${file.mtimeMs} ${file.size} ${file.ino}`;
  }
}
