/** RMSProp's steps in f64, in place: what is right. */

export interface RmspropSettings {
  learningRate: number;
  decay: number;
  momentum: number;
  epsilon: number;
  weightCost: number;
}

/** RMSProp with momentum, epsilon outside the root. */
export function rmspropStepReference(
  parameters: Float64Array,
  gradients: ArrayLike<number>,
  meanSquare: Float64Array,
  velocity: Float64Array,
  { learningRate, decay, momentum, epsilon, weightCost }: RmspropSettings,
): void {
  for (let i = 0; i < parameters.length; i++) {
    const gradient = gradients[i] + weightCost * parameters[i];
    meanSquare[i] = decay * meanSquare[i] + (1 - decay) * gradient ** 2;
    velocity[i] = momentum * velocity[i] + gradient / (Math.sqrt(meanSquare[i]) + epsilon);
    parameters[i] -= learningRate * velocity[i];
  }
}

export type CentredRmspropSettings = Omit<RmspropSettings, 'momentum'>;

/** Centred RMSProp without momentum, epsilon under the root. */
export function centredRmspropStepReference(
  parameters: Float64Array,
  gradients: ArrayLike<number>,
  mean: Float64Array,
  meanSquare: Float64Array,
  { learningRate, decay, epsilon, weightCost }: CentredRmspropSettings,
): void {
  for (let i = 0; i < parameters.length; i++) {
    const gradient = gradients[i] + weightCost * parameters[i];
    mean[i] = decay * mean[i] + (1 - decay) * gradient;
    meanSquare[i] = decay * meanSquare[i] + (1 - decay) * gradient ** 2;
    parameters[i] -= (learningRate * gradient) / Math.sqrt(meanSquare[i] - mean[i] ** 2 + epsilon);
  }
}
