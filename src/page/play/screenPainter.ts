/** A console's picture on a canvas: 160 x `height` pixels, the television's colours; the page's style makes each twice as wide as high. */
import { coloursOf } from '../../emulator/console/colours.ts';
import type { TelevisionFormat } from '../../emulator/console/properties.ts';

export const screenWidth = 160;

export class ScreenPainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #image: ImageData;
  readonly #pixels: Uint32Array;
  /** By screen byte: the canvas's pixel as a little-endian word. */
  readonly #words: Uint32Array;

  constructor(canvas: HTMLCanvasElement, height: number, format: TelevisionFormat) {
    canvas.width = screenWidth;
    canvas.height = height;
    this.#context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
    this.#image = this.#context.createImageData(screenWidth, height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#words = coloursOf(format).rgb.map(
      (rgb) => (0xff000000 | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0,
    );
  }

  /** Shows a screen of colour register bytes. */
  paint(screen: Uint8Array): void {
    const pixels = this.#pixels;
    const words = this.#words;
    for (let i = 0; i < pixels.length; i++) pixels[i] = words[screen[i]];
    this.#context.putImageData(this.#image, 0, 0);
  }
}

/**
 * How wide a screen of `height` lines is shown, CSS pixels, where there is room for `roomX` x `roomY`: the lines a whole number of the
 * display's pixels each where they can be at least two, else half a number where that fits, else whatever fits.
 */
export function shownWidth(roomX: number, roomY: number, height: number, pixelRatio: number): number {
  // Pixels of the display to a line; a pixel of the console is twice as wide.
  const factor = Math.min((roomX * pixelRatio) / (2 * screenWidth), (roomY * pixelRatio) / height);
  const whole = factor >= 2 ? Math.floor(factor) : factor >= 1 ? Math.floor(2 * factor) / 2 : factor;
  return (2 * screenWidth * whole) / pixelRatio;
}
