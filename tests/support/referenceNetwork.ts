/** A network in f64, put together from the kernels' references: what `forwardPass` and `backwardPass` must compute. */
import {
  conv2dBackwardInputReference,
  conv2dBackwardWeightReference,
  conv2dForwardReference,
} from '../../kernels/conv2d.ref.ts';
import type { Conv2dShape } from '../../kernels/conv2d.ts';
import {
  linearBackwardInputReference,
  linearBackwardWeightReference,
  linearForwardReference,
} from '../../kernels/linear.ref.ts';
import type { LinearShape } from '../../kernels/linear.ts';
import type { Architecture, Parameter, PlacedLayer } from '../../src/agent/architecture.ts';

/** What each layer gives after its ReLU; before them all, at [0], the input: [batch][height][width][stack]. */
export function forwardReference(
  { layers }: Architecture,
  parameters: Float64Array,
  input: ArrayLike<number>,
  batch: number,
): ArrayLike<number>[] {
  const activations: ArrayLike<number>[] = [input];
  for (const placed of layers) {
    const { layer, weight, bias, relu } = placed;
    const w = slice(parameters, weight);
    const b = bias === null ? new Float64Array(layer.outputs) : slice(parameters, bias);
    const x = activations[activations.length - 1];
    activations.push(
      layer.kind === 'conv'
        ? conv2dForwardReference(convShape(placed, batch), x, w, b, relu)
        : layer.kind === 'dueling'
          ? duelingForward(placed, x, w, b, batch)
          : linearForwardReference(linearShape(placed, batch), x, w, b, relu),
    );
  }
  return activations;
}

/** Writes the gradients of all parameters, given the activations and the loss's gradient with respect to the outputs. */
export function backwardReference(
  { layers }: Architecture,
  parameters: Float64Array,
  activations: readonly ArrayLike<number>[],
  dOutput: Float64Array,
  batch: number,
  gradients: Float64Array,
): void {
  let gradient = dOutput;
  for (let index = layers.length - 1; index >= 0; index--) {
    const placed = layers[index];
    const { layer, weight, bias } = placed;
    const x = activations[index];
    const w = slice(parameters, weight);
    const { dWeight, dBias, dInput } =
      layer.kind === 'conv'
        ? convBackward(convShape(placed, batch), x, gradient, w, index === 0)
        : layer.kind === 'dueling'
          ? duelingBackward(placed, x, gradient, w, batch)
          : linearBackward(linearShape(placed, batch), x, gradient, w);
    gradients.set(dWeight, weight.offset);
    if (bias !== null) gradients.set(dBias, bias.offset);
    gradient = dInput;
  }
}

/** The input, but the network's own, is a ReLU's output, and its gradient is masked by it. */
function convBackward(
  shape: Conv2dShape,
  x: ArrayLike<number>,
  dOutput: Float64Array,
  weight: Float64Array,
  isFirst: boolean,
) {
  const dInput = isFirst ? new Float64Array() : conv2dBackwardInputReference(shape, dOutput, weight, x);
  return { ...conv2dBackwardWeightReference(shape, x, dOutput), dInput };
}

function linearBackward(shape: LinearShape, x: ArrayLike<number>, dOutput: Float64Array, weight: Float64Array) {
  const dInput = linearBackwardInputReference(shape, dOutput, weight, x);
  return { ...linearBackwardWeightReference(shape, x, dOutput), dInput };
}

/** The two streams as two linear layers, each with its half of the features, its columns of weight and bias. */
function streamsOf({ layer, weight }: PlacedLayer, batch: number) {
  const [half, columns] = weight.shape;
  const value = { batch, inputs: half, outputs: 1 };
  const advantage = { batch, inputs: half, outputs: layer.outputs };
  return { half, columns, value, advantage };
}

function duelingForward(
  placed: PlacedLayer,
  x: ArrayLike<number>,
  w: Float64Array,
  b: Float64Array,
  batch: number,
): Float64Array {
  const { half, columns, value, advantage } = streamsOf(placed, batch);
  const actions = advantage.outputs;
  const v = linearForwardReference(value, cut(x, 2 * half, 0, half), cut(w, columns, 0, 1), cut(b, columns, 0, 1));
  const a = linearForwardReference(
    advantage,
    cut(x, 2 * half, half, half),
    cut(w, columns, 1, actions),
    cut(b, columns, 1, actions),
  );
  return a.map((each, i) => {
    const row = Math.floor(i / actions);
    const mean = a.subarray(row * actions, (row + 1) * actions).reduce((sum, other) => sum + other, 0) / actions;
    return v[row] + each - mean;
  });
}

function duelingBackward(
  placed: PlacedLayer,
  x: ArrayLike<number>,
  dOutput: Float64Array,
  w: Float64Array,
  batch: number,
) {
  const { half, columns, value, advantage } = streamsOf(placed, batch);
  const actions = advantage.outputs;
  const dValue = new Float64Array(batch);
  for (let i = 0; i < dOutput.length; i++) dValue[Math.floor(i / actions)] += dOutput[i];
  const dAdvantage = dOutput.map((each, i) => each - dValue[Math.floor(i / actions)] / actions);
  const ofValue = linearBackward(value, cut(x, 2 * half, 0, half), dValue, cut(w, columns, 0, 1));
  const ofAdvantage = linearBackward(advantage, cut(x, 2 * half, half, half), dAdvantage, cut(w, columns, 1, actions));
  return {
    dWeight: besides(ofValue.dWeight, 1, ofAdvantage.dWeight, actions),
    dBias: besides(ofValue.dBias, 1, ofAdvantage.dBias, actions),
    dInput: besides(ofValue.dInput, half, ofAdvantage.dInput, half),
  };
}

/** `count` columns from `first` on of rows of `columns`. */
function cut(matrix: ArrayLike<number>, columns: number, first: number, count: number): Float64Array {
  const rows = matrix.length / columns;
  return Float64Array.from(
    { length: rows * count },
    (_, i) => matrix[Math.floor(i / count) * columns + first + (i % count)],
  );
}

/** The columns of one matrix before those of the other. */
function besides(left: Float64Array, leftColumns: number, right: Float64Array, rightColumns: number): Float64Array {
  const columns = leftColumns + rightColumns;
  return Float64Array.from({ length: left.length + right.length }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return column < leftColumns ? left[row * leftColumns + column] : right[row * rightColumns + column - leftColumns];
  });
}

function slice(parameters: Float64Array, { offset, shape }: Parameter): Float64Array {
  return parameters.subarray(offset, offset + shape.reduce((product, extent) => product * extent, 1));
}

function convShape({ layer, input }: PlacedLayer, batch: number): Conv2dShape {
  if (layer.kind !== 'conv') throw new TypeError(`${layer.name} is no convolution`);
  const { kernel, stride, padding, outputs } = layer;
  const [height, width, inputs] = input;
  return { batch, height, width, inputs, outputs, kernelHeight: kernel, kernelWidth: kernel, stride, padding };
}

function linearShape({ layer, input }: PlacedLayer, batch: number): LinearShape {
  return { batch, inputs: input[0] * input[1] * input[2], outputs: layer.outputs };
}
