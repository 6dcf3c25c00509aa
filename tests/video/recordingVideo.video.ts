/** Videos, decoded by ffmpeg again: every picture, its time, size and colours. Needs ffmpeg with libvpx-vp9 and libx264, as .ci/run installs it. */
import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TelevisionFormat } from '../../src/emulator/console/properties.ts';
import { paletteOf } from '../../src/env/palette.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { type Encoder, findEncoder } from '../../src/run/ffmpeg.ts';
import { openRecording } from '../../src/run/recordingOutput.ts';
import { lumaChroma, VideoRecorder } from '../../src/run/recordingVideo.ts';

const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-video-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [width, height] = [160, 210];

/** Screens of blocks of colour that move, with all 128 colours. */
function film(count: number): Uint8Array[] {
  const random = new Xoshiro128(1, 'video test');
  const screen = new Uint8Array(width * height);
  return Array.from({ length: count }, (_, n) => {
    for (let i = 0; i < 20; i++) {
      const [x, y, value] = [random.nextInt(width - 8), random.nextInt(height - 8), 2 * random.nextInt(128)];
      for (let row = 0; row < 8; row++) screen.fill(value, (y + row) * width + x, (y + row) * width + x + 8);
    }
    // Single pixels and lines: what a scaler or mixed chroma would blur.
    screen[(n * 977) % screen.length] = 0x1e;
    screen.fill(0x42, ((n * 3) % height) * width, ((n * 3) % height) * width + 40);
    return screen.slice();
  });
}

/** The pictures of a video as ffmpeg decodes them, in a pixel format. */
async function decoded(path: string, pixelFormat: string, pictureBytes: number): Promise<Uint8Array[]> {
  const flags = ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', pixelFormat, '-fps_mode', 'passthrough'];
  const buffer = await Bun.$`ffmpeg ${flags} pipe:1`.quiet().arrayBuffer();
  const bytes = new Uint8Array(buffer);
  expect(bytes.length % pictureBytes).toBe(0);
  return Array.from({ length: bytes.length / pictureBytes }, (_, i) =>
    bytes.subarray(i * pictureBytes, (i + 1) * pictureBytes),
  );
}

async function probed(path: string): Promise<Record<string, string>> {
  const { streams, format } = await Bun.$`ffprobe -v error -print_format json -show_streams -show_format ${path}`
    .quiet()
    .json();
  expect(streams.length).toBe(1);
  return { ...format, ...streams[0] };
}

interface Filming {
  readonly format?: TelevisionFormat;
  readonly speed?: number;
  readonly rate?: number;
  readonly scale?: number;
}

async function record(
  container: Encoder['container'],
  screens: readonly Uint8Array[],
  filming: Filming = {},
): Promise<string> {
  const { format = 'NTSC', speed = 1, rate = 60, scale = 2 } = filming;
  const path = join(folder, `${container}-${screens.length}-${speed}-${rate}-${scale}.${container}`);
  const encoder = await findEncoder(container);
  const picture = { width, height, format, scale, pixelAspect: 2 as const };
  const recording = openRecording(path, encoder, { ...picture, framesPerSecond: 60, speed, rate });
  for (const screen of screens) {
    recording.add(screen);
    await recording.drain();
  }
  expect(await recording.finish()).toBe(readFileSync(path).length);
  return path;
}

/** BT.709 of limited range back to 0xRRGGBB. */
function rgbOf(y: number, cb: number, cr: number): number[] {
  const luma = (y - 16) / 219;
  const [blue, red] = [(1.8556 * (cb - 128)) / 224, (1.5748 * (cr - 128)) / 224];
  const green = -(0.0722 * blue + 0.2126 * red) / 0.7152;
  return [red, green, blue].map((part) => 255 * Math.min(1, Math.max(0, luma + part)));
}

function decibels(sumOfSquares: number, count: number): number {
  return 10 * Math.log10(255 ** 2 / (sumOfSquares / count));
}

describe('colours', () => {
  test('luma and chroma lead back to each of the console’s colours, up to the rounding of eight bits', () => {
    for (const format of ['NTSC', 'PAL', 'SECAM'] as const) {
      const { y, cb, cr } = lumaChroma(format);
      paletteOf(format).rgb.forEach((colour, byte) => {
        const parts = rgbOf(y[byte], cb[byte], cr[byte]);
        [colour >> 16, (colour >> 8) & 255, colour & 255].forEach((part, i) => {
          // Half a step of luma is 0.6, of chroma 1.1, which are added up.
          expect(Math.abs(part - parts[i])).toBeLessThan(1.7);
        });
      });
    }
  });
});

describe('WebM', () => {
  test('every picture is there, to the byte, in 60 a second; each pixel of the console is 4 x 2 equal ones', async () => {
    const screens = film(45);
    const path = await record('webm', screens);
    const about = await probed(path);
    expect(about).toMatchObject({
      codec_name: 'vp9',
      width: 640,
      height: 420,
      r_frame_rate: '60/1',
      pix_fmt: 'yuv420p',
    });
    expect(about).toMatchObject({
      color_range: 'tv',
      color_space: 'bt709',
      color_primaries: 'bt709',
      color_transfer: 'bt709',
    });
    expect(Number(about['duration'])).toBeCloseTo(45 / 60, 2);
    const [w, h] = [640, 420];
    const pictures = await decoded(path, 'yuv420p', w * h * 1.5);
    expect(pictures.length).toBe(45);
    const { y, cb, cr } = lumaChroma('NTSC');
    for (const [n, picture] of pictures.entries()) {
      const expected = new Uint8Array(w * h * 1.5);
      for (let row = 0; row < h; row++) {
        for (let x = 0; x < w; x++) {
          const byte = screens[n][(row >> 1) * width + (x >> 2)];
          expected[row * w + x] = y[byte];
          const chroma = (row >> 1) * (w / 2) + (x >> 1);
          expected[w * h + chroma] = cb[byte];
          expected[w * h * 1.25 + chroma] = cr[byte];
        }
      }
      expect(Buffer.compare(picture, expected)).toBe(0);
    }
  });

  test('what players show are the console’s colours', async () => {
    const screens = film(12);
    const path = await record('webm', screens, { scale: 4 });
    const pictures = await decoded(path, 'rgb24', 1280 * 840 * 3);
    const { rgb } = paletteOf('NTSC');
    let squares = 0;
    for (const [n, picture] of pictures.entries()) {
      for (let i = 0; i < screens[n].length; i++) {
        // The middle of the pixel, which no filter of a player's chroma reaches from beside.
        const at = (((Math.floor(i / width) * 4 + 2) * 1280 + (i % width) * 8 + 4) * 3) as number;
        const colour = rgb[screens[n][i]];
        [colour >> 16, (colour >> 8) & 255, colour & 255].forEach((part, c) => {
          squares += (part - picture[at + c]) ** 2;
        });
      }
    }
    // The rounding above alone gives about 50.
    expect(decibels(squares, pictures.length * screens[0].length * 3)).toBeGreaterThan(45);
  });

  test.each([
    [4, 60, 40, 10],
    [3, 50, 50, 14],
    [0.5, 60, 10, 20],
    [2, 25, 48, 10],
  ])(
    'at speed %d and %d pictures a second, picture n is the screen of its time',
    async (speed, rate, screens, count) => {
      const film_ = film(screens);
      const path = await record('webm', film_, { speed, rate });
      const pictures = await decoded(path, 'gray', 640 * 420);
      expect(pictures.length).toBe(count);
      expect((await probed(path))['r_frame_rate']).toBe(`${rate}/1`);
      const { y } = lumaChroma('NTSC');
      for (const [n, picture] of pictures.entries()) {
        const screen = film_[Math.floor((n * 60 * speed) / rate)];
        for (let i = 0; i < screen.length; i += 31) {
          // ffmpeg widens the limited range to that of grey pictures.
          const grey = Math.min(255, Math.max(0, ((y[screen[i]] - 16) * 255) / 219));
          const shown = picture[Math.floor(i / width) * 2 * 640 + (i % width) * 4];
          expect(Math.min(Math.abs(shown - grey), Math.abs(shown - y[screen[i]]))).toBeLessThan(1.01);
        }
      }
    },
  );
});

test('MP4: H.264 that browsers play, every picture, close to what was recorded', async () => {
  const screens = film(30);
  const path = await record('mp4', screens, { format: 'PAL' });
  const about = await probed(path);
  expect(about).toMatchObject({ codec_name: 'h264', profile: 'High', width: 640, height: 420, pix_fmt: 'yuv420p' });
  expect(about).toMatchObject({ r_frame_rate: '60/1', nb_frames: '30', color_space: 'bt709', color_range: 'tv' });
  expect(Number(about['duration'])).toBeCloseTo(0.5, 3);
  const pictures = await decoded(path, 'yuv420p', 640 * 420 * 1.5);
  expect(pictures.length).toBe(30);
  const { y } = lumaChroma('PAL');
  let squares = 0;
  for (const [n, picture] of pictures.entries()) {
    for (let i = 0; i < 640 * 420; i++) {
      const byte = screens[n][Math.floor(i / 640 / 2) * width + Math.floor((i % 640) / 4)];
      squares += (picture[i] - y[byte]) ** 2;
    }
  }
  expect(decibels(squares, pictures.length * 640 * 420)).toBeGreaterThan(42);
  // The index is at the beginning, so that it plays while it loads.
  const bytes = readFileSync(path).toString('latin1');
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
});

describe('what is left behind', () => {
  const options = {
    width,
    height,
    format: 'NTSC' as const,
    rate: 60,
    screensPerPicture: 1,
    pixelWidth: 4,
    pixelHeight: 2,
  };

  test('nothing of a recording that is broken off, and what was there stays', async () => {
    const path = join(folder, 'aborted.webm');
    writeFileSync(path, 'before');
    const recorder = new VideoRecorder(path, await findEncoder('webm'), options);
    for (const screen of film(20)) recorder.add(screen);
    await recorder.drain();
    recorder.abort();
    await Bun.sleep(100);
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('an ffmpeg that fails is told with its own words', async () => {
    const path = join(folder, 'failed.webm');
    const encoder = { ...(await findEncoder('webm')), flags: ['-no-such-flag', '1'] };
    const recorder = new VideoRecorder(path, encoder, options);
    const recorded = (async () => {
      for (const screen of film(30)) {
        recorder.add(screen);
        await recorder.drain();
      }
      await recorder.finish();
    })();
    expect(recorded).rejects.toThrow(/ffmpeg could not write .*failed.webm: .*no-such-flag.*/);
    await recorded.catch(() => {});
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
