/**
 * Every so many games of a run recorded as a GIF, as Graetz's notebook does: one screen an agent step, 30 a second, each pixel of the
 * console 2 x 2. A game under way when a run stops is not recorded.
 * Source: reference algorithms.md C.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { whileWriting, writeAtomically } from './files.ts';
import { GifRecorder } from './recordingGif.ts';

/** The screen of a console, and how to show it. */
export interface RecordedScreen {
  /** 160 x `screenHeight` colour register values: the newest frame. */
  readonly screen: () => Uint8Array;
  readonly screenHeight: number;
  readonly format: TelevisionFormat;
}

export class GameRecording {
  readonly #runFolder: string;
  readonly #every: number;
  readonly #source: RecordedScreen | undefined;
  #recorder: GifRecorder | undefined;

  /** Nothing is recorded where `every` is 0 or there is no screen. */
  constructor(runFolder: string, every: number, source: RecordedScreen | undefined) {
    this.#runFolder = runFolder;
    this.#every = source === undefined ? 0 : every;
    this.#source = source;
  }

  /** The game of this number, from 1, begins. */
  gameBegins(game: number): void {
    if (this.#every === 0 || game % this.#every !== 0) return;
    const { screenHeight: height, format } = this.#source!;
    this.#recorder = new GifRecorder({ width: 160, height, format, framesPerSecond: 30, scale: 2, pixelAspect: 1 });
  }

  /** An agent step is done. */
  stepped(): void {
    this.#recorder?.add(this.#source!.screen());
  }

  /** The game of this number has ended: writes what was recorded of it. Throws UserError where it cannot be written. */
  gameEnded(game: number): void {
    if (this.#recorder === undefined) return;
    const folder = join(this.#runFolder, 'recordings');
    whileWriting(folder, () => mkdirSync(folder, { recursive: true }));
    writeAtomically(join(folder, `game-${String(game).padStart(6, '0')}.gif`), this.#recorder.finish());
    this.#recorder = undefined;
  }
}
