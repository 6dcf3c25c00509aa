/**
 * States from frames: a stack of u8 frames, given by their numbers, as one f32 image with a channel a frame.
 */
import { elementwiseWorkgroup, invocationGrid, maxWorkgroupsPerAxis } from './grid.ts';
import type { Binding, KernelCall } from './runtime/dispatch.ts';
import { elementCount, type Tensor } from './runtime/tensor.ts';
import { expectRank, expectTensor, ShapeError, wholeVec4s } from './shapes.ts';

export interface FramesStack {
  /** [frames, height, width] u8, packed without padding. */
  readonly frames: Tensor;
  /** [batch, channels] u32: frame numbers, the oldest first; one of `frames` or more (0xFFFFFFFF) is a black frame. */
  readonly frameNumbers: Tensor;
  /** [batch, height, width, channels] f32, 0 to 1. */
  readonly output: Tensor;
}

/** output[b][y][x][c] = frames[frameNumbers[b][c]][y][x] * f32(1 / 255), rounded to f32 once. Throws ShapeError. Four channels are the fast case. */
export function framesStack({ frames, frameNumbers, output }: FramesStack): KernelCall[] {
  const shader = 'frames.stack';
  const [frameCount, height, width] = expectRank(shader, 'frames', frames, 3, 'u8');
  const [batch, channels] = expectRank(shader, 'frameNumbers', frameNumbers, 2, 'u32');
  expectTensor(shader, 'output', output, [batch, height, width, channels]);
  const pixels = height * width;
  const elements = elementCount(output.shape);
  if (frameCount * pixels >= 2 ** 32 || elements >= 2 ** 32) {
    throw new ShapeError(shader, `${frameCount} frames of ${pixels} bytes to ${elements} elements: numbers reach 2^32`);
  }
  // Each frame of each stack once; how many are shared is not known here.
  const cost = { flops: elements, bytes: 5 * elements + frameNumbers.byteLength };
  const bindings: Binding[] = [
    { tensor: frames, access: 'read' },
    { tensor: frameNumbers, access: 'read' },
    { tensor: wholeVec4s(shader, output), access: 'readwrite' },
  ];
  const groups = Math.ceil(pixels / 4 / elementwiseWorkgroup);
  if (channels === 4 && pixels % 4 === 0 && Math.max(batch, groups) <= maxWorkgroupsPerAxis) {
    const constants = { FRAMES: frameCount, PIXELS: pixels };
    return [{ shader: 'frames.stack4', constants, bindings, workgroups: [groups, batch, 1], ...cost }];
  }
  const constants = { FRAMES: frameCount, BATCH: batch, PIXELS: pixels, CHANNELS: channels };
  return [{ shader, constants, bindings, workgroups: invocationGrid(Math.ceil(elements / 4)), ...cost }];
}
