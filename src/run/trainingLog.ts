/**
 * What a run writes down as it goes: metrics.jsonl, the same for TensorBoard, and status.json's moment.
 * TensorBoard's files are for those who watch: where they cannot be written the run says so once and goes on without.
 */
import { join } from 'node:path';
import type { NamedArray } from '../agent/weights.ts';
import { UserError } from '../errors.ts';
import type { Configuration } from './configuration.ts';
import { whileWriting } from './files.ts';
import { type EpisodeMetrics, type EvaluationMetrics, MetricsFile, type ProgressMetrics } from './metrics.ts';
import type { RunStatusFile } from './runStatus.ts';
import { RunEvents } from './tensorboard/runEvents.ts';

export interface TrainingLogOptions {
  readonly runFolder: string;
  readonly configuration: Pick<Configuration, 'tensorboard'>;
  /** Of the checkpoint that the run goes on from: its agent steps, and the length of metrics.jsonl. */
  readonly resumedAt?: { readonly agentSteps: number; readonly metricsBytes: number } | undefined;
  readonly status?: Pick<RunStatusFile, 'update'> | undefined;
  readonly warn: (text: string) => void;
}

export class TrainingLog {
  readonly #metrics: MetricsFile;
  readonly #status: Pick<RunStatusFile, 'update'> | undefined;
  readonly #warn: (text: string) => void;
  readonly #runFolder: string;
  #events: RunEvents | undefined;

  /** Opens what is written to. Throws UserError where metrics.jsonl cannot be. */
  constructor({ runFolder, configuration, resumedAt, status, warn }: TrainingLogOptions) {
    this.#runFolder = runFolder;
    this.#status = status;
    this.#warn = warn;
    this.#metrics = new MetricsFile(join(runFolder, 'metrics.jsonl'), resumedAt?.metricsBytes);
    if (configuration.tensorboard) {
      this.#forWatchers(() => {
        this.#events = new RunEvents(runFolder, resumedAt?.agentSteps);
      });
    }
  }

  /** Length of metrics.jsonl. */
  get metricsBytes(): number {
    return this.#metrics.byteLength;
  }

  /** Throws UserError where metrics.jsonl cannot be written. */
  write(metrics: EpisodeMetrics | ProgressMetrics | EvaluationMetrics): void {
    this.#metrics.write(metrics);
    this.#forWatchers((events) => events?.metrics(metrics));
    if (metrics.type === 'episode') return;
    this.#forWatchers((events) => events?.flush());
    this.#status?.update();
  }

  /** The GIF of a game that an evaluation has played, `width` x `height` pixels. */
  evaluatedGame(agentSteps: number, gif: Uint8Array, width: number, height: number): void {
    this.#forWatchers((events) => events?.evaluatedGame(agentSteps, gif, width, height));
  }

  /** A checkpoint of these weights is about to be written: puts on the disk what came before it. */
  checkpointBegins(agentSteps: number, weights: readonly NamedArray[]): void {
    this.#metrics.flush();
    this.#forWatchers((events) => {
      events?.weights(agentSteps, weights);
      events?.flush({ durably: true });
    });
    this.#status?.update();
  }

  close(): void {
    this.#metrics.close();
    this.#forWatchers((events) => {
      events?.flush();
      events?.close();
    });
    this.#events = undefined;
  }

  #forWatchers(act: (events: RunEvents | undefined) => void): void {
    try {
      whileWriting(this.#runFolder, () => act(this.#events));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#events = undefined;
      this.#warn(`Warning: ${error.message} TensorBoard gets nothing more of this run, which goes on.`);
    }
  }
}
