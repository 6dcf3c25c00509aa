import { expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { paletteOf } from '../../src/env/palette.ts';
import { UserError } from '../../src/errors.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { requireWritable, writeRecording } from '../../src/run/recordingFile.ts';
import { GifRecorder } from '../../src/run/recordingGif.ts';
import { ContactSheet, screenPng } from '../../src/run/recordingPng.ts';
import { decodeGif } from './recordingGifDecoder.ts';

/** Screens on which a few pixels change from one to the next, and now and then none or all do. */
function film(width: number, height: number, count: number, byteMask: number): Uint8Array[] {
  const random = new Xoshiro128(1, 'recording test');
  const screen = new Uint8Array(width * height);
  return Array.from({ length: count }, (_, n) => {
    if (n % 10 === 0) for (let i = 0; i < screen.length; i++) screen[i] = random.nextU32() & byteMask;
    else if (n % 4 !== 3)
      for (let i = 0; i < 9; i++) screen[random.nextInt(screen.length)] = random.nextU32() & byteMask;
    return screen.slice();
  });
}

/** The picture of a screen: each pixel 2 * scale wide and scale high. */
function enlarged(screen: Uint8Array, width: number, scale: number, rgb: Uint32Array): Uint32Array<ArrayBuffer> {
  const rows = screen.length / width;
  const picture = new Uint32Array(screen.length * 2 * scale * scale);
  for (let y = 0; y < rows * scale; y++) {
    for (let x = 0; x < width * 2 * scale; x++) {
      const source = Math.trunc(y / scale) * width + Math.trunc(x / scale / 2);
      picture[y * width * 2 * scale + x] = rgb[screen[source]];
    }
  }
  return picture;
}

function gifOf(
  screens: readonly Uint8Array[],
  options: { width: number; height: number; framesPerSecond: number; scale?: number },
) {
  const recorder = new GifRecorder({ format: 'PAL', scale: 1, ...options });
  for (const screen of screens) recorder.add(screen);
  return decodeGif(recorder.finish());
}

/** What a GIF shows at a time, hundredths of a second. */
function shownAt(gif: ReturnType<typeof decodeGif>, hundredths: number): Uint32Array {
  let end = 0;
  for (const picture of gif.pictures) {
    end += picture.hundredths;
    if (hundredths < end) return picture.rgb;
  }
  throw new Error(`the GIF ends at ${end}, before ${hundredths}`);
}

test('a GIF shows each screen at its time, colours exact, pixels twice as wide', () => {
  for (const [framesPerSecond, scale, mask] of [
    [30, 1, 0xff],
    [15, 3, 0xfe],
    [50, 2, 0x0e],
  ]) {
    const [width, height] = [16, 11];
    const screens = film(width, height, 45, mask);
    const gif = gifOf(screens, { width, height, framesPerSecond, scale });
    expect([gif.width, gif.height, gif.loops]).toEqual([width * 2 * scale, height * scale, true]);
    const { rgb } = paletteOf('PAL');
    screens.forEach((screen, n) => {
      const middle = Math.round(((n + 0.5) * 100) / framesPerSecond);
      expect(shownAt(gif, middle)).toEqual(enlarged(screen, width, scale, rgb));
    });
    const total = gif.pictures.reduce((sum, picture) => sum + picture.hundredths, 0);
    expect(total).toBe(Math.round((45 * 100) / framesPerSecond));
    // Equal screens are one picture.
    expect(gif.pictures.length).toBeLessThan(45);
  }
});

test('60 screens a second: real time is kept, no picture is shorter than 2 hundredths, shown ones are right', () => {
  const screens = Array.from({ length: 61 }, (_, n) => new Uint8Array(6).fill(2 * n));
  const gif = gifOf(screens, { width: 3, height: 2, framesPerSecond: 60 });
  expect(gif.pictures.reduce((sum, picture) => sum + picture.hundredths, 0)).toBe(102);
  expect(Math.min(...gif.pictures.map((picture) => picture.hundredths))).toBe(2);
  expect(gif.pictures.length).toBe(41);
  const { rgb } = paletteOf('PAL');
  let start = 0;
  for (const picture of gif.pictures) {
    expect(picture.rgb[0]).toBe(rgb[2 * Math.round((start * 60) / 100)]);
    start += picture.hundredths;
  }
});

test('a palette holds only the colours drawn, and an unchanged screen adds no picture', () => {
  const screens = [0, 2, 2, 2, 4].map((byte) => new Uint8Array(40).fill(0).fill(byte, 0, 3));
  const gif = gifOf(screens, { width: 8, height: 5, framesPerSecond: 20 });
  expect(gif.pictures.map(({ hundredths, colours }) => [hundredths, colours])).toEqual([
    [5, 2],
    [15, 2],
    [5, 2],
  ]);
});

test('all 256 bytes in one picture, changing: their colours leave an index for the unchanged pixels', () => {
  const screens = [0, 1, 77].map((shift) => Uint8Array.from({ length: 256 }, (_, i) => (i % 3 === 0 ? i : i + shift)));
  const gif = gifOf(screens, { width: 16, height: 16, framesPerSecond: 10 });
  const { rgb } = paletteOf('PAL');
  expect(gif.pictures.map((picture) => picture.rgb)).toEqual(screens.map((screen) => enlarged(screen, 16, 1, rgb)));
});

test('a recorder refuses what it cannot record', () => {
  const options = { width: 4, height: 4, format: 'NTSC', framesPerSecond: 30, scale: 1 } as const;
  expect(() => new GifRecorder(options).finish()).toThrow('nothing was recorded');
  expect(() => new GifRecorder(options).add(new Uint8Array(15))).toThrow('16 bytes, not 15');
  expect(() => new GifRecorder({ ...options, scale: 1.5 })).toThrow('scale');
  const finished = new GifRecorder(options);
  finished.add(new Uint8Array(16));
  expect(finished.finish()).toEqual(finished.finish());
  expect(() => finished.add(new Uint8Array(16))).toThrow('finished');
});

test('a PNG of one screen', () => {
  const screen = film(7, 5, 1, 0xfe)[0];
  const png = PNG.sync.read(Buffer.from(screenPng(screen, { width: 7, height: 5, format: 'NTSC', scale: 2 })));
  expect([png.width, png.height]).toEqual([28, 10]);
  const expected = enlarged(screen, 7, 2, paletteOf('NTSC').rgb);
  expect(expected.map((_, i) => png.data.readUIntBE(i * 4, 3))).toEqual(expected);
});

test('a contact sheet: 36 successive screens in rows from the top left, later ones ignored', () => {
  const sheet = new ContactSheet({ width: 4, height: 3, format: 'NTSC', scale: 1 });
  expect(sheet.capacity).toBe(36);
  const screen = new Uint8Array(12);
  for (let n = 0; n < 40; n++) {
    expect(sheet.isFull).toBe(n >= 36);
    sheet.add(screen.fill(2 * n)); // the same array again: add copies
  }
  const png = PNG.sync.read(Buffer.from(sheet.finish()));
  expect([png.width, png.height]).toEqual([6 * 12 + 4, 6 * 7 + 4]);
  const at = (x: number, y: number) => png.data.readUIntBE((y * png.width + x) * 4, 3);
  const { rgb } = paletteOf('NTSC');
  for (let n = 0; n < 36; n++) {
    const [left, top] = [4 + (n % 6) * 12, 4 + Math.trunc(n / 6) * 7];
    expect([at(left, top), at(left + 7, top + 2)]).toEqual([rgb[2 * n], rgb[2 * n]]);
    expect([at(left - 1, top), at(left + 8, top), at(left, top - 1), at(left, top + 3)]).toEqual(
      Array<number>(4).fill(0x808080),
    );
  }
  const short = new ContactSheet({ width: 4, height: 3, format: 'NTSC', scale: 1 });
  expect(() => short.finish()).toThrow('nothing was recorded');
  for (let n = 0; n < 7; n++) short.add(screen);
  expect(PNG.sync.read(Buffer.from(short.finish())).height).toBe(2 * 7 + 4);
});

test('files: whole, in folders made for them, nothing left over; unwritable paths are the user’s to mend', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'));
  try {
    const path = join(folder, 'a', 'b', 'out.gif');
    requireWritable(path, '.gif');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual([]);
    const unannounced = join(folder, 'a', 'c', 'out.png');
    writeRecording(unannounced, Uint8Array.of(5));
    expect([...readFileSync(unannounced)]).toEqual([5]);
    writeRecording(path, Uint8Array.of(1, 2, 3));
    writeRecording(path, Uint8Array.of(4));
    expect([...readFileSync(path)]).toEqual([4]);
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['out.gif']);

    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder.gif'));
    for (const bad of [
      join(folder, 'file', 'out.gif'),
      join(folder, 'folder.gif'),
      join(folder, `${'x'.repeat(300)}.gif`),
    ]) {
      for (const attempt of [() => requireWritable(bad, '.gif'), () => writeRecording(bad, Uint8Array.of(1))]) {
        let thrown: unknown;
        try {
          attempt();
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(UserError);
        expect((thrown as UserError).message).toContain(bad);
        expect((thrown as UserError).hint).toContain('path');
      }
    }
    expect(() => requireWritable(join(folder, 'out.mp4'), '.gif')).toThrow('ends with .gif');
    expect(readdirSync(folder).sort()).toEqual(['a', 'file', 'folder.gif']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
