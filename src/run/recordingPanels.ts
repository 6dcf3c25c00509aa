/**
 * Several screens side by side in one picture, each with a caption above it: the same game by agents that have trained for longer and longer.
 * The picture is of colour register values, as a screen is, so that every recorder takes it; captions are drawn in the console's greys.
 */
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { paletteOf } from '../env/palette.ts';
import { enlarge } from './recordingScale.ts';
import { drawSvg } from './svgPixels.ts';

export interface PanelOptions {
  readonly panels: number;
  /** Of a screen. */
  readonly width: number;
  readonly height: number;
  readonly format: TelevisionFormat;
  /** Each pixel of a screen becomes `pixelWidth` x `pixelHeight`. */
  readonly pixelWidth: number;
  readonly pixelHeight: number;
}

/** Between panels, pixels; even, so that a video's squares lie in one panel. */
const gap = 8;
/** Of a panel's width; but letters can be read. */
const captionShare = 0.06;
const leastCaptionHeight = 14;
/** Red, green and blue of a grey differ by less. */
const leastHue = 9;

/** Await `openSvg` first. */
export class PanelPicture {
  readonly width: number;
  readonly height: number;
  /** The picture: one array for good. */
  readonly pixels: Uint8Array;
  readonly #options: PanelOptions;
  readonly #panelWidth: number;
  readonly #captionHeight: number;
  readonly #enlarged: Uint8Array;
  /** The colour register value of each grey. */
  readonly #greys: Uint8Array;
  readonly #captions = new Map<string, Uint8Array>();

  constructor(options: PanelOptions) {
    const { panels, width, height, pixelWidth, pixelHeight, format } = options;
    this.#options = options;
    this.#panelWidth = width * pixelWidth;
    // Even, as every height of a video is.
    this.#captionHeight = Math.max(leastCaptionHeight, 2 * Math.round((captionShare * this.#panelWidth) / 2));
    this.width = panels * this.#panelWidth + (panels - 1) * gap;
    this.height = this.#captionHeight + height * pixelHeight;
    this.#enlarged = new Uint8Array(this.#panelWidth * height * pixelHeight);
    this.#greys = greyBytes(format);
    this.pixels = new Uint8Array(this.width * this.height).fill(this.#greys[0]);
  }

  /** Draws a panel's screen, with `left` and `right` above it. */
  draw(panel: number, screen: Uint8Array, left: string, right: string): void {
    const { width, pixelWidth, pixelHeight } = this.#options;
    enlarge(screen, width, pixelWidth, pixelHeight, this.#enlarged);
    this.#copy(this.#caption(left, right), panel, 0);
    this.#copy(this.#enlarged, panel, this.#captionHeight);
  }

  #copy(source: Uint8Array, panel: number, top: number): void {
    const width = this.#panelWidth;
    const x = panel * (width + gap);
    for (let row = 0; row * width < source.length; row++) {
      this.pixels.set(source.subarray(row * width, (row + 1) * width), (top + row) * this.width + x);
    }
  }

  #caption(left: string, right: string): Uint8Array {
    const key = `${left}\n${right}`;
    let caption = this.#captions.get(key);
    if (caption === undefined) {
      const [width, height] = [this.#panelWidth, this.#captionHeight];
      const base = Math.round(height * 0.76);
      const text = (x: number, anchor: string, words: string): string =>
        `<text x="${x}" y="${base}" text-anchor="${anchor}">${words}</text>`;
      const { pixels } = drawSvg(
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%"/>` +
          `<g fill="#fff" font-family="DejaVu Sans" font-size="${height * 0.74}">` +
          `${text(height * 0.2, 'start', left)}${text(width - height * 0.2, 'end', right)}</g></svg>`,
      );
      caption = Uint8Array.from({ length: width * height }, (_, i) => this.#greys[pixels[4 * i]]);
      this.#captions.set(key, caption);
    }
    return caption;
  }
}

/** Of each grey 0..255 the colour register value that is nearest to it. */
function greyBytes(format: TelevisionFormat): Uint8Array {
  const { rgb } = paletteOf(format);
  return Uint8Array.from({ length: 256 }, (_, grey) => {
    let nearest = 0;
    let least = Infinity;
    // Odd values are greys of PAL and SECAM; on NTSC no screen has them.
    for (let byte = 0; byte < 256; byte += 2) {
      const colour = rgb[byte];
      const parts = [colour >> 16, (colour >> 8) & 255, colour & 255];
      if (Math.max(...parts) - Math.min(...parts) >= leastHue) continue;
      const distance = parts.reduce((sum, part) => sum + (part - grey) ** 2, 0);
      if (distance < least) [nearest, least] = [byte, distance];
    }
    return nearest;
  });
}
