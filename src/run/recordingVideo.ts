/**
 * A video of pictures of the console, WebM or MP4, by an ffmpeg that the user has installed.
 *
 * Colours: a table turns each colour register value into BT.709 luma and chroma of limited range, and the planes go to ffmpeg as they are,
 * so that no scaler blurs them. Video that plays everywhere has one chroma for 2 x 2 pixels (4:2:0), that of the first one here: where each
 * pixel of the console is a whole number of such squares, nothing is lost. VP9 is written lossless: what is decoded are these planes to the byte. H.264 in
 * the profiles that browsers and phones play has no lossless form: it comes at a high quality.
 * Time: a constant rate, that of the console; at another speed the picture of a time is the screen that was shown then.
 * Leaves out: sound, and which encoders there are (ffmpeg.ts).
 * Source: ITU-R BT.709-6, section 3 (luma, chroma, 8-bit quantisation).
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { paletteOf } from '../env/palette.ts';
import { UserError } from '../errors.ts';
import type { Encoder } from './ffmpeg.ts';
import { unfinishedPrefix } from './files.ts';
import { enlarge } from './recordingScale.ts';

export interface VideoOptions {
  /** Of the pictures that are added, colour register values. */
  readonly width: number;
  readonly height: number;
  readonly format: TelevisionFormat;
  /** Pictures a second of the video: a whole number. */
  readonly rate: number;
  /** Screens that are added a picture: picture n is the screen at `floor(n * screensPerPicture)`. */
  readonly screensPerPicture: number;
  /** Each pixel becomes `pixelWidth` x `pixelHeight`. The four of a square of the video, from an even place on, are of one hue. */
  readonly pixelWidth: number;
  readonly pixelHeight: number;
}

/** Y, Cb and Cr of each screen byte. */
export interface LumaChroma {
  readonly y: Uint8Array;
  readonly cb: Uint8Array;
  readonly cr: Uint8Array;
}

/** The console's colours in BT.709, limited range. */
export function lumaChroma(format: TelevisionFormat): LumaChroma {
  const { rgb } = paletteOf(format);
  const table = { y: new Uint8Array(256), cb: new Uint8Array(256), cr: new Uint8Array(256) };
  rgb.forEach((colour, byte) => {
    const [red, green, blue] = [colour >> 16, (colour >> 8) & 255, colour & 255].map((part) => part / 255);
    const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    table.y[byte] = Math.round(16 + 219 * luma);
    table.cb[byte] = Math.round(128 + (224 * (blue - luma)) / 1.8556);
    table.cr[byte] = Math.round(128 + (224 * (red - luma)) / 1.5748);
  });
  return table;
}

export class VideoRecorder {
  readonly #options: VideoOptions;
  readonly #table: LumaChroma;
  readonly #path: string;
  readonly #unfinished: string;
  readonly #process: Bun.Subprocess<'pipe', 'ignore', 'pipe'>;
  readonly #complaints: Promise<string>;
  /** Planes that have not gone to ffmpeg yet; `drain` sends them. */
  readonly #queue: Uint8Array[] = [];
  readonly #enlarged: Uint8Array;
  #screens = 0;
  #pictures = 0;
  #planes: Uint8Array | undefined;

  /** Starts ffmpeg, which writes beside `path`. */
  constructor(path: string, encoder: Encoder, options: VideoOptions) {
    const { width, height, pixelWidth, pixelHeight, rate, screensPerPicture } = options;
    if (!(screensPerPicture > 0)) throw new RangeError(`screensPerPicture is above 0, not ${screensPerPicture}`);
    this.#options = options;
    this.#table = lumaChroma(options.format);
    this.#path = resolve(path);
    this.#unfinished = join(dirname(this.#path), `${unfinishedPrefix}${process.pid}-${basename(path)}`);
    const [videoWidth, videoHeight] = [width * pixelWidth, height * pixelHeight];
    if (videoWidth % 2 !== 0 || videoHeight % 2 !== 0)
      throw new RangeError(`${videoWidth} x ${videoHeight} is not even`);
    this.#enlarged = new Uint8Array(videoWidth * videoHeight);
    const colours = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'];
    this.#process = Bun.spawn(
      [
        ...[encoder.ffmpeg, '-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
        ...['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-video_size', `${videoWidth}x${videoHeight}`],
        ...['-framerate', String(rate), ...colours, '-i', 'pipe:0', '-an'],
        ...['-c:v', encoder.name, ...encoder.flags, '-pix_fmt', 'yuv420p', ...colours],
        ...['-f', encoder.container, `file:${this.#unfinished}`],
      ],
      { stdin: 'pipe', stdout: 'ignore', stderr: 'pipe' },
    );
    this.#complaints = new Response(this.#process.stderr).text();
  }

  /** Pictures of the video so far. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Adds the next screen; it is copied. Follow it with `drain` at times, or the memory fills. */
  add(screen: Uint8Array): void {
    this.#screens++;
    const { screensPerPicture } = this.#options;
    this.#planes = undefined;
    while (Math.floor(this.#pictures * screensPerPicture) < this.#screens) {
      this.#planes ??= this.#planesOf(screen);
      this.#queue.push(this.#planes);
      this.#pictures++;
    }
  }

  /** Resolves when ffmpeg has taken what was added. Throws UserError where it has given up. */
  async drain(): Promise<void> {
    for (const planes of this.#queue.splice(0)) {
      try {
        this.#process.stdin.write(planes);
        await this.#process.stdin.flush();
      } catch {
        await this.#fail();
      }
    }
    if (this.#process.exitCode !== null) await this.#fail();
  }

  /** Ends the video and puts it in its place. Throws UserError where ffmpeg has failed. */
  async finish(): Promise<void> {
    if (this.#pictures === 0) throw new Error('nothing was recorded');
    await this.drain();
    await this.#process.stdin.end();
    if ((await this.#process.exited) !== 0 || !existsSync(this.#unfinished)) await this.#fail();
    renameSync(this.#unfinished, this.#path);
  }

  /** Ends ffmpeg at once and deletes what it has written. */
  abort(): void {
    this.#process.kill('SIGKILL');
    rmSync(this.#unfinished, { force: true });
  }

  async #fail(): Promise<never> {
    this.#process.kill('SIGKILL');
    await this.#process.exited;
    rmSync(this.#unfinished, { force: true });
    const said = (await this.#complaints).trim().split('\n').join(' ');
    const complaint = said || `it ended with ${this.#process.exitCode}`;
    throw new UserError(`ffmpeg could not write ${this.#path}: ${complaint}.`, 'Record a .gif, which needs no ffmpeg.');
  }

  /** Luma, then the two chroma planes of half the width and height. */
  #planesOf(screen: Uint8Array): Uint8Array {
    const { width, height, pixelWidth, pixelHeight } = this.#options;
    if (screen.length !== width * height) {
      throw new RangeError(`a screen has ${width * height} bytes, not ${screen.length}`);
    }
    const pixels = this.#enlarged;
    const videoWidth = width * pixelWidth;
    enlarge(screen, width, pixelWidth, pixelHeight, pixels);
    const { y, cb, cr } = this.#table;
    const planes = new Uint8Array(pixels.length * 1.5);
    for (let i = 0; i < pixels.length; i++) planes[i] = y[pixels[i]];
    let at = pixels.length;
    for (const chroma of [cb, cr]) {
      for (let row = 0; row < pixels.length; row += 2 * videoWidth) {
        for (let x = row; x < row + videoWidth; x += 2) planes[at++] = chroma[pixels[x]];
      }
    }
    return planes;
  }
}
