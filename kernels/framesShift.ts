/**
 * Frames moved down and right, what is pushed out dropped: a convolution with a zero padding of `by` on them is one without. So the
 * kernels that read frames in whole words, which know no padding, do the padded convolution of DeepMind's network.
 */
import { type Conv2dShape, conv2dOutputSize } from './conv2d/shape.ts';
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRank, expectTensor, ShapeError } from './shapes.ts';

export interface FramesShift {
  /** [frames, height, width] u8, the width a multiple of 4. */
  readonly frames: Tensor;
  /** [frames, height, width] u8, written. */
  readonly output: Tensor;
  /** Pixels, 1 to 3. */
  readonly by: number;
  /** Names the call in errors and timings. Default: the pass's name. */
  readonly label?: string;
}

/** output[f][y][x] = frames[f][y - by][x - by], 0 where there is no such pixel. Throws ShapeError. */
export function framesShift({ frames, output, by, label }: FramesShift): KernelCall[] {
  const shader = 'frames.shift';
  const [count, height, width] = expectRank(shader, 'frames', frames, 3, 'u8');
  expectTensor(shader, 'output', output, [count, height, width], 'u8');
  if (width % 4 !== 0) throw new ShapeError(shader, `lines of ${width} bytes are no whole words`);
  if (![1, 2, 3].includes(by)) throw new ShapeError(shader, `frames are shifted by 1 to 3 pixels, not ${by}`);
  const words = width / 4;
  const lines = count * height;
  return [
    {
      shader,
      ...(label === undefined ? {} : { label }),
      constants: { HEIGHT: height, WORDS: words, LINES: lines, BY: by },
      bindings: [
        { tensor: frames, access: 'read' },
        { tensor: output, access: 'readwrite' },
      ],
      workgroups: invocationGrid(lines),
      flops: 0,
      bytes: 8 * lines * words,
    },
  ];
}

/**
 * The convolution on shifted frames that equals `shape`, which has a padding, on the frames themselves; undefined where there is none:
 * where the padding after the frame is needed, or the shift is none that `framesShift` makes.
 */
export function withoutPadding(shape: Conv2dShape): Conv2dShape | undefined {
  const { padding, height, width, kernelHeight, kernelWidth } = shape;
  if (padding < 1 || padding > 3 || width % 4 !== 0 || height < kernelHeight || width < kernelWidth) return undefined;
  const unpadded = { ...shape, padding: 0 };
  const [padded, shifted] = [conv2dOutputSize(shape), conv2dOutputSize(unpadded)];
  const isSame = padded.outputHeight === shifted.outputHeight && padded.outputWidth === shifted.outputWidth;
  return isSame ? unpadded : undefined;
}
