/** Two-dimensional convolution in f64, by its definition: what is right. Layouts as in conv2d.ts. */
import { type Conv2dShape, conv2dOutputSize } from './conv2d.ts';

/**
 * Calls `visit` for every product of the convolution: the elements of the input, the weight and the output that it joins (of the
 * weight and the output those of channel 0 of the outputs).
 */
function forEachTap(shape: Conv2dShape, visit: (input: number, weight: number, output: number) => void): void {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const { batch, height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding } = shape;
  for (let b = 0; b < batch; b++) {
    for (let oy = 0; oy < outputHeight; oy++) {
      for (let ox = 0; ox < outputWidth; ox++) {
        const output = ((b * outputHeight + oy) * outputWidth + ox) * outputs;
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const iy = oy * stride + ky - padding;
            const ix = ox * stride + kx - padding;
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
            for (let c = 0; c < inputs; c++) {
              visit(
                ((b * height + iy) * width + ix) * inputs + c,
                ((ky * kernelWidth + kx) * inputs + c) * outputs,
                output,
              );
            }
          }
        }
      }
    }
  }
}

/** Pixels of the output, over the whole batch. */
function pixelCount(shape: Conv2dShape): number {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  return shape.batch * outputHeight * outputWidth;
}

/** conv(input, weight) + bias, then max(0, .) where `relu`. */
export function conv2dForwardReference(
  shape: Conv2dShape,
  input: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  relu = false,
): Float64Array {
  const { outputs } = shape;
  const output = new Float64Array(pixelCount(shape) * outputs);
  for (let i = 0; i < output.length; i++) output[i] = bias[i % outputs];
  forEachTap(shape, (inputAt, weightAt, outputAt) => {
    const x = input[inputAt];
    for (let n = 0; n < outputs; n++) output[outputAt + n] += x * weight[weightAt + n];
  });
  return relu ? output.map((value) => Math.max(value, 0)) : output;
}

/** The gradient with respect to the input, given the gradient with respect to the output. */
export function conv2dBackwardInputReference(
  shape: Conv2dShape,
  dOutput: ArrayLike<number>,
  weight: ArrayLike<number>,
  reluInput?: ArrayLike<number>,
): Float64Array {
  const { outputs } = shape;
  const dInput = new Float64Array(shape.batch * shape.height * shape.width * shape.inputs);
  forEachTap(shape, (inputAt, weightAt, outputAt) => {
    let sum = 0;
    for (let n = 0; n < outputs; n++) sum += dOutput[outputAt + n] * weight[weightAt + n];
    dInput[inputAt] += sum;
  });
  return reluInput === undefined ? dInput : dInput.map((value, i) => (reluInput[i] > 0 ? value : 0));
}

/** The gradients with respect to weight and bias, given the gradient with respect to the output. */
export function conv2dBackwardWeightReference(
  shape: Conv2dShape,
  input: ArrayLike<number>,
  dOutput: ArrayLike<number>,
): { dWeight: Float64Array; dBias: Float64Array } {
  const { outputs } = shape;
  const dWeight = new Float64Array(shape.kernelHeight * shape.kernelWidth * shape.inputs * outputs);
  const dBias = new Float64Array(outputs);
  forEachTap(shape, (inputAt, weightAt, outputAt) => {
    const x = input[inputAt];
    for (let n = 0; n < outputs; n++) dWeight[weightAt + n] += x * dOutput[outputAt + n];
  });
  for (let i = 0; i < pixelCount(shape) * outputs; i++) dBias[i % outputs] += dOutput[i];
  return { dWeight, dBias };
}
