/** A console's picture on a canvas: 160 x `height` pixels, the television's colours; the page's style makes each twice as wide as high. */
import { coloursOf } from '../../emulator/console/colours.ts';
import type { TelevisionFormat } from '../../emulator/console/properties.ts';
import { screenWidth } from './screenSize.ts';

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
