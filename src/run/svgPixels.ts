/** Draws SVG to pixels with resvg and DejaVu Sans, alike on every machine. */
import { readFileSync } from 'node:fs';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import resvgModule from '@resvg/resvg-wasm/index_bg.wasm' with { type: 'file' };
import regular from 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf' with { type: 'file' };
import bold from 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf' with { type: 'file' };

/** Starts resvg; once in a process, since it refuses a second time. */
let ready: Promise<void> | undefined;
let fonts: readonly Uint8Array[] = [];

export interface SvgPixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, rows from the top. */
  readonly pixels: Uint8Array;
}

/** Await it before the first `drawSvg` or `svgToPng`. */
export function openSvg(): Promise<void> {
  ready ??= initWasm(readFileSync(resvgModule));
  if (fonts.length === 0) fonts = [regular, bold].map((path) => new Uint8Array(readFileSync(path)));
  return ready;
}

/** The picture of an SVG document; its font is DejaVu Sans. */
export function drawSvg(svg: string): SvgPixels {
  return rendered(svg, 1, ({ width, height, pixels }) => ({ width, height, pixels: pixels.slice() }));
}

/** The same as the bytes of a PNG, `zoom` pixels to one of the document's. */
export function svgToPng(svg: string, zoom: number): Uint8Array {
  return rendered(svg, zoom, (image) => image.asPng());
}

function rendered<T>(
  svg: string,
  zoom: number,
  take: (image: ReturnType<InstanceType<typeof Resvg>['render']>) => T,
): T {
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: { fontBuffers: [...fonts], defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
  });
  const image = resvg.render();
  const taken = take(image);
  image.free();
  resvg.free();
  return taken;
}
