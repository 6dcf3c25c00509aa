/** The canvases of the live picture: the screen in the console's colours, the network's input frames in grey. */
import { paletteOf } from '../../env/palette.ts';
import type { LiveFrame } from '../../run/live/liveFrame.ts';

export class LiveCanvases {
  #screen: HTMLCanvasElement | null = null;
  readonly #inputs: (HTMLCanvasElement | null)[] = [];

  setScreen(canvas: HTMLCanvasElement | null): void {
    this.#screen = canvas;
  }

  setInput(index: number, canvas: HTMLCanvasElement | null): void {
    this.#inputs[index] = canvas;
  }

  draw(frame: LiveFrame): void {
    const { rgb } = paletteOf(frame.format);
    paint(this.#screen, frame.screen, (byte) => rgb[byte]);
    for (const [index, luminances] of frame.frames.entries()) paint(this.#inputs[index] ?? null, luminances, grey);
  }
}

function grey(luminance: number): number {
  return luminance * 0x010101;
}

/** One pixel a byte, rows from the top; `colourOf` gives 0xRRGGBB. */
function paint(canvas: HTMLCanvasElement | null, bytes: Uint8Array, colourOf: (byte: number) => number): void {
  const context = canvas?.getContext('2d');
  if (!canvas || !context || canvas.width * canvas.height !== bytes.length) return;
  const image = context.createImageData(canvas.width, canvas.height);
  const words = new DataView(image.data.buffer);
  for (let index = 0; index < bytes.length; index++) {
    words.setUint32(4 * index, ((colourOf(bytes[index]) << 8) | 255) >>> 0);
  }
  context.putImageData(image, 0, 0);
}
