/**
 * GIFs of a run's games, one screen an agent step: every so many games of training, 30 screens a second, each pixel of the console 2 x 2,
 * as Graetz's notebook does; and of each evaluation the first minute of its first game, as fast and as wide as a television shows it, each
 * pixel 2 x 1. A game of training that is under way when a run stops is not recorded, nor an evaluation that a stop breaks off.
 * Source: reference algorithms.md C.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { whileWriting, writeAtomically } from './files.ts';
import type { WatchedScreen } from './live/liveOutput.ts';
import { GifRecorder } from './recordingGif.ts';

const screenWidth = 160;
const secondsOfEvaluation = 60;

/** Writes `recordings/<name>.gif` in the run's folder. Throws UserError where it cannot be written. */
function writeGif(runFolder: string, name: string, gif: Uint8Array): void {
  const folder = join(runFolder, 'recordings');
  whileWriting(folder, () => mkdirSync(folder, { recursive: true }));
  writeAtomically(join(folder, `${name}.gif`), gif);
}

export class GameRecording {
  readonly #runFolder: string;
  readonly #every: number;
  readonly #source: WatchedScreen | undefined;
  #recorder: GifRecorder | undefined;

  /** Nothing is recorded where `every` is 0 or there is no screen. */
  constructor(runFolder: string, every: number, source: WatchedScreen | undefined) {
    this.#runFolder = runFolder;
    this.#every = source === undefined ? 0 : every;
    this.#source = source;
  }

  /** The game of this number, from 1, begins. */
  gameBegins(game: number): void {
    if (this.#every === 0 || game % this.#every !== 0) return;
    const { screenHeight: height, format } = this.#source!;
    const shape = { width: screenWidth, height, format, scale: 2, pixelAspect: 1 } as const;
    this.#recorder = new GifRecorder({ ...shape, framesPerSecond: 30 });
  }

  /** An agent step is done. */
  stepped(): void {
    this.#recorder?.add(this.#source!.screen());
  }

  /** The game of this number has ended: writes what was recorded of it. Throws UserError where it cannot be written. */
  gameEnded(game: number): void {
    const recorder = this.#recorder;
    this.#recorder = undefined;
    if (recorder !== undefined) writeGif(this.#runFolder, `game-${String(game).padStart(6, '0')}`, recorder.finish());
  }
}

/** The GIF of an evaluation. */
export class EvaluationRecording {
  readonly #source: WatchedScreen;
  readonly #recorder: GifRecorder;
  readonly #screens: number;
  #isOver = false;

  /** `frameSkip`: emulated frames of an agent step. */
  constructor(source: WatchedScreen, frameSkip: number) {
    const framesPerSecond = (source.format === 'NTSC' ? 60 : 50) / frameSkip;
    this.#source = source;
    const { screenHeight: height, format } = source;
    const shape = { width: screenWidth, height, format, scale: 1, pixelAspect: 2 } as const;
    this.#recorder = new GifRecorder({ ...shape, framesPerSecond });
    this.#screens = Math.ceil(secondsOfEvaluation * framesPerSecond);
  }

  /** An agent step is done; so many games have ended. */
  stepped(games: number): void {
    if (this.#isOver) return;
    this.#recorder.add(this.#source.screen());
    this.#isOver = games > 0 || this.#recorder.screens === this.#screens;
  }

  /** Writes what was recorded of the evaluation at this step of training. Throws UserError where it cannot be written. */
  write(runFolder: string, agentSteps: number): { readonly gif: Uint8Array; width: number; height: number } {
    const gif = this.#recorder.finish();
    writeGif(runFolder, `evaluation-${String(agentSteps).padStart(9, '0')}`, gif);
    return { gif, width: 2 * screenWidth, height: this.#source.screenHeight };
  }
}
