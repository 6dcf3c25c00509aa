/** Draws SVG to pixels with resvg and the DejaVu fonts, alike on every machine. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

/** Starts resvg; once in a process, since it refuses a second time. */
let ready: Promise<void> | undefined;
const fonts: Uint8Array[] = [];

export interface SvgPixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, rows from the top. */
  readonly pixels: Uint8Array;
  readonly png: Uint8Array;
}

/** Await it before the first `drawSvg`. */
export function openSvg(): Promise<void> {
  ready ??= (async () => {
    await initWasm(readFileSync(fileURLToPath(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'))));
    for (const name of ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']) {
      fonts.push(readFileSync(fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`))));
    }
  })();
  return ready;
}

/** The picture of an SVG document; its `font-family` is DejaVu Sans. */
export function drawSvg(svg: string): SvgPixels {
  const resvg = new Resvg(svg, { font: { fontBuffers: fonts, defaultFontFamily: 'DejaVu Sans' } });
  const image = resvg.render();
  const { width, height } = image;
  const drawn = { width, height, pixels: image.pixels.slice(), png: image.asPng() };
  image.free();
  resvg.free();
  return drawn;
}
