/**
 * A GIF of raw screens in real time, exact in its colours: each picture's palette is the console colours that it draws.
 *
 * Pixels of the console are twice as wide as high, so a picture is `2 * scale` times as wide and `scale` times as high as the screen,
 * unless they are asked to be square.
 * Each picture after the first draws only what has changed; the rest is transparent over the picture before, which keeps files small.
 * GIF counts time in hundredths of a second, and viewers slow pictures of less than 2 hundredths down: ends are rounded from the exact
 * time, so that no error adds up, equal screens become one picture, and a screen that would be shown for less is left out.
 * Leaves out: sound, and files (recordingFile.ts).
 * Source: GIF89a specification, CompuServe, 1990.
 */
import { GIFEncoder } from 'gifenc';
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { paletteOf } from '../env/palette.ts';
import { enlarge } from './recordingScale.ts';

export interface GifRecorderOptions {
  /** Of a raw screen: 160 x 210 or 160 x 250 colour register values. */
  readonly width: number;
  readonly height: number;
  readonly format: TelevisionFormat;
  /** How many of the screens given to `add` make a second. */
  readonly framesPerSecond: number;
  /** Height of a line of the screen, pixels of the picture: a whole number from 1. */
  readonly scale: number;
  /** How much wider than high a pixel of the screen is shown; default: 2. */
  readonly pixelAspect?: 1 | 2;
  /** Pictures a second at most; default: 50, the most that viewers show as they are. */
  readonly mostPicturesPerSecond?: number;
}

/** The shortest time that viewers show as it is, hundredths of a second. */
const shortestDelay = 2;
/** The largest that the format can say: ten minutes and 55 seconds. */
const longestDelay = 65535;

export class GifRecorder {
  readonly #options: Required<GifRecorderOptions>;
  readonly #encoder = GIFEncoder();
  /** The shortest time that a picture is shown, hundredths of a second. */
  readonly #shortest: number;
  readonly #rgb: Uint32Array;
  /** The first screen byte with the colour of each: there are fewer than 256 colours, so one index is left for `transparent`. */
  readonly #byteOfColour: Uint8Array;
  /** The picture that is shown until the next one differs, and the one before it, which is drawn already. */
  #pending: Uint8Array;
  #drawn: Uint8Array;
  #screens = 0;
  /** When the pending picture appears, hundredths of a second. */
  #pendingSince = 0;
  #pictures = 0;
  #finished = false;
  /** One screen's palette indices, and the same scaled. */
  readonly #indices: Uint8Array;
  readonly #scaled: Uint8Array;
  readonly #indexOfByte = new Int16Array(256);

  constructor(options: GifRecorderOptions) {
    const { width, height, scale, framesPerSecond } = options;
    if (!Number.isInteger(scale) || scale < 1) throw new RangeError(`scale is a whole number from 1, not ${scale}`);
    if (!(framesPerSecond > 0)) throw new RangeError(`framesPerSecond is above 0, not ${framesPerSecond}`);
    const { pixelAspect = 2, mostPicturesPerSecond = 100 / shortestDelay } = options;
    this.#options = { ...options, pixelAspect, mostPicturesPerSecond };
    this.#shortest = Math.max(shortestDelay, Math.round(100 / mostPicturesPerSecond));
    this.#rgb = paletteOf(options.format).rgb;
    this.#byteOfColour = Uint8Array.from(this.#rgb, (rgb) => this.#rgb.indexOf(rgb));
    this.#pending = new Uint8Array(width * height);
    this.#drawn = new Uint8Array(width * height);
    this.#indices = new Uint8Array(width * height);
    this.#scaled = new Uint8Array(width * height * pixelAspect * scale * scale);
  }

  /** Screens added so far. */
  get screens(): number {
    return this.#screens;
  }

  /** Adds the next screen, shown for 1 / `framesPerSecond`; it is copied. */
  add(screen: Uint8Array): void {
    if (this.#finished) throw new Error('the GIF is finished: record another one');
    const { width, height } = this.#options;
    if (screen.length !== width * height) {
      throw new RangeError(`a screen has ${width * height} bytes, not ${screen.length}`);
    }
    const now = this.#hundredths(this.#screens++);
    if (this.#screens > 1) {
      if (now - this.#pendingSince < this.#shortest || Buffer.compare(screen, this.#pending) === 0) return;
      this.#writePending(now);
    }
    this.#pending.set(screen);
    this.#pendingSince = now;
  }

  /** Ends the recording and returns the file's bytes. Throws where nothing was added. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#screens === 0) throw new Error('nothing was recorded');
    if (!this.#finished) {
      this.#writePending(Math.max(this.#hundredths(this.#screens), this.#pendingSince + shortestDelay));
      this.#encoder.finish();
      this.#finished = true;
    }
    return this.#encoder.bytes();
  }

  /** When the screen of this number appears. */
  #hundredths(screen: number): number {
    return Math.round((screen * 100) / this.#options.framesPerSecond);
  }

  #writePending(until: number): void {
    const { width, height, scale, pixelAspect } = this.#options;
    const pixelWidth = pixelAspect * scale;
    const first = this.#pictures++ === 0;
    // Index 0 is the transparent one; in the first picture nothing uses it.
    const palette: [number, number, number][] = [[0, 0, 0]];
    this.#indexOfByte.fill(0);
    for (let i = 0; i < this.#indices.length; i++) {
      const byte = this.#byteOfColour[this.#pending[i]];
      if (!first && byte === this.#byteOfColour[this.#drawn[i]]) {
        this.#indices[i] = 0;
        continue;
      }
      if (this.#indexOfByte[byte] === 0) {
        this.#indexOfByte[byte] = palette.length;
        const rgb = this.#rgb[byte];
        palette.push([rgb >> 16, (rgb >> 8) & 255, rgb & 255]);
      }
      this.#indices[i] = this.#indexOfByte[byte];
    }
    enlarge(this.#indices, width, pixelWidth, scale, this.#scaled);
    this.#encoder.writeFrame(this.#scaled, width * pixelWidth, height * scale, {
      palette,
      colorDepth: Math.max(2, Math.ceil(Math.log2(palette.length))),
      delay: Math.min(until - this.#pendingSince, longestDelay) * 10,
      transparent: !first,
      transparentIndex: 0,
      dispose: 1,
      repeat: 0,
    });
    [this.#drawn, this.#pending] = [this.#pending, this.#drawn];
  }
}
