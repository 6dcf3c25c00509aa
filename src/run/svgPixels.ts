/** Draws SVG to pixels with resvg and DejaVu Sans, alike on every machine. */
import { readFileSync } from 'node:fs';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import resvgModule from '@resvg/resvg-wasm/index_bg.wasm' with { type: 'file' };
import regular from 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf' with { type: 'file' };

/** Starts resvg; once in a process, since it refuses a second time. */
let ready: Promise<void> | undefined;
let font: Uint8Array | undefined;

export interface SvgPixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, rows from the top. */
  readonly pixels: Uint8Array;
}

/** Await it before the first `drawSvg`. */
export function openSvg(): Promise<void> {
  ready ??= initWasm(readFileSync(resvgModule));
  font ??= readFileSync(regular);
  return ready;
}

/** The picture of an SVG document; its font is DejaVu Sans. */
export function drawSvg(svg: string): SvgPixels {
  const resvg = new Resvg(svg, {
    font: { fontBuffers: font === undefined ? [] : [font], defaultFontFamily: 'DejaVu Sans' },
  });
  const image = resvg.render();
  const { width, height } = image;
  const drawn = { width, height, pixels: image.pixels.slice() };
  image.free();
  resvg.free();
  return drawn;
}
