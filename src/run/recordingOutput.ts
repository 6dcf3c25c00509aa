/** A recording on its way into a file, whatever kind it is. The file appears whole at the end, or never. */
import { statSync } from 'node:fs';
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import type { Encoder } from './ffmpeg.ts';
import { writeRecording } from './recordingFile.ts';
import { GifRecorder } from './recordingGif.ts';
import { VideoRecorder } from './recordingVideo.ts';

export interface RecordingOptions {
  /** Of the pictures that are added, colour register values. */
  readonly width: number;
  readonly height: number;
  readonly format: TelevisionFormat;
  /** Pictures that are added a second of play. */
  readonly framesPerSecond: number;
  /** How many seconds of play a second shows. */
  readonly speed: number;
  /** Pictures a second of the file, at most; a whole number. */
  readonly rate: number;
  /** A picture's pixel becomes `scale * pixelAspect` x `scale`. */
  readonly scale: number;
  readonly pixelAspect: 1 | 2;
}

export interface Recording {
  /** Adds the next picture; it is copied. */
  add(picture: Uint8Array): void;
  /** Resolves when the pictures need no more memory than a recording of that length must. Throws UserError where writing fails. */
  drain(): Promise<void>;
  /** Puts the file in its place and resolves to its size, bytes. Throws UserError where that cannot be. */
  finish(): Promise<number>;
  /** Leaves nothing behind. */
  abort(): void;
}

/** Begins a recording at `path`: a video where there is an `encoder`, else a GIF. */
export function openRecording(path: string, encoder: Encoder | undefined, options: RecordingOptions): Recording {
  const { scale, pixelAspect, rate } = options;
  const screensPerSecond = options.framesPerSecond * options.speed;
  if (encoder === undefined) {
    const gif = new GifRecorder({ ...options, framesPerSecond: screensPerSecond, mostPicturesPerSecond: rate });
    return {
      add: (picture) => gif.add(picture),
      drain: async () => {},
      finish: async () => {
        const bytes = gif.finish();
        writeRecording(path, bytes);
        return bytes.length;
      },
      abort: () => {},
    };
  }
  const video = new VideoRecorder(path, encoder, {
    ...options,
    screensPerPicture: screensPerSecond / rate,
    pixelWidth: scale * pixelAspect,
    pixelHeight: scale,
  });
  return {
    add: (picture) => video.add(picture),
    drain: () => video.drain(),
    finish: async () => {
      await video.finish();
      return statSync(path).size;
    },
    abort: () => video.abort(),
  };
}
