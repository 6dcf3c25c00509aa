/**
 * The passes that the agent runs, named ahead of running them, so that their variants can be chosen by measuring. A test holds them to
 * what the agent asks for.
 */
import {
  conv2dBackwardInputVariants,
  conv2dBackwardWeightVariants,
  conv2dForwardVariants,
} from '../../kernels/conv2d.ts';
import { framesConv2dBackwardWeightVariants, framesConv2dForwardVariants } from '../../kernels/framesConv2d.ts';
import {
  linearBackwardInputVariants,
  linearBackwardWeightVariants,
  linearForwardVariants,
} from '../../kernels/linear.ts';
import type { ChooseVariant } from '../../kernels/variant.ts';
import type { Architecture } from './architecture.ts';
import { convShape, framesConvShape, linearShape } from './network.ts';

/** Has `choose` choose for a forward pass on `batch` states that are given as frames. */
export function visitForward({ layers }: Architecture, batch: number, choose: ChooseVariant): void {
  for (const [index, placed] of layers.entries()) {
    const options = { relu: placed.relu, label: `${placed.layer.name}.forward` };
    if (placed.layer.kind !== 'conv') choose(linearForwardVariants, linearShape(placed, batch), options);
    else if (index > 0) choose(conv2dForwardVariants, convShape(placed, batch), options);
    else choose(framesConv2dForwardVariants, framesConvShape(placed, batch), options);
  }
}

/** The same for the backward pass after it. */
export function visitBackward({ layers }: Architecture, batch: number, choose: ChooseVariant): void {
  for (const [index, placed] of layers.entries()) {
    const ofWeight = { label: `${placed.layer.name}.backwardWeight` };
    const ofInput = { label: `${placed.layer.name}.backwardInput` };
    if (placed.layer.kind !== 'conv') {
      const shape = linearShape(placed, batch);
      choose(linearBackwardWeightVariants, shape, ofWeight);
      if (index > 0) choose(linearBackwardInputVariants, shape, ofInput);
    } else {
      if (index > 0) {
        const shape = convShape(placed, batch);
        choose(conv2dBackwardWeightVariants, shape, ofWeight);
        choose(conv2dBackwardInputVariants, shape, ofInput);
      } else {
        choose(framesConv2dBackwardWeightVariants, framesConvShape(placed, batch), ofWeight);
      }
    }
  }
}

/** The same for all that a training agent runs: updates on `batchSize` samples, and acting on one state. */
export function visitTraining(shape: Architecture, batchSize: number, choose: ChooseVariant): void {
  visitForward(shape, batchSize, choose);
  visitBackward(shape, batchSize, choose);
  visitForward(shape, 1, choose);
}
