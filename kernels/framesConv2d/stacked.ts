/**
 * framesConv2d by way of f32 states: frames.stack into scratch, then conv2d. Runs anywhere, any shape.
 */

import type { Conv2dBackwardWeightOptions, Conv2dForwardOptions, Conv2dShape } from '../conv2d/shape.ts';
import { conv2dBackwardWeight, conv2dForward } from '../conv2d.ts';
import { framesStack } from '../frames.ts';
import { elementCount, type Tensor, tensorAlignment } from '../runtime/tensor.ts';
import { expectScratch } from '../shapes.ts';
import type { Implementation } from '../variant.ts';
import type { FramesConv2dBackwardWeightTensors, FramesConv2dForwardTensors } from './shape.ts';

const stateShape = ({ batch, height, width, inputs }: Conv2dShape): number[] => [batch, height, width, inputs];

/** The elements of the state, rounded up so that what follows is aligned. */
function stateWords(shape: Conv2dShape): number {
  const aligned = tensorAlignment / 4;
  return Math.ceil(elementCount(stateShape(shape)) / aligned) * aligned;
}

function wordsOf(scratch: Tensor, first: number, shape: readonly number[]): Tensor {
  return { ...scratch, shape, offset: scratch.offset + 4 * first, byteLength: 4 * elementCount(shape) };
}

export const stackedForward: Implementation<Conv2dShape, FramesConv2dForwardTensors, Conv2dForwardOptions> = {
  covers: () => true,
  scratch: stateWords,
  calls(shape, { frames, frameNumbers, ...tensors }, options) {
    const scratch = expectScratch('framesConv2d.forward', tensors.scratch, stateWords(shape));
    const state = wordsOf(scratch, 0, stateShape(shape));
    return [
      ...framesStack({ frames, frameNumbers, output: state }),
      ...conv2dForward(shape, { ...tensors, input: state }, { ...options, variant: 'generic' }),
    ];
  },
};

export const stackedBackwardWeight: Implementation<
  Conv2dShape,
  FramesConv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = {
  covers: () => true,
  scratch: stateWords,
  calls(shape, { frames, frameNumbers, ...tensors }, options) {
    const scratch = expectScratch('framesConv2d.backwardWeight', tensors.scratch, stateWords(shape));
    const state = wordsOf(scratch, 0, stateShape(shape));
    // One sum of all pixels: partial sums would lie in the same scratch buffer as the state, which is only read then.
    const unsplit = { ...options, variant: 'generic', splits: 1 } as const;
    return [
      ...framesStack({ frames, frameNumbers, output: state }),
      ...conv2dBackwardWeight(shape, { ...tensors, input: state, scratch: undefined }, unsplit),
    ];
  },
};
