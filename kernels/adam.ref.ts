/** Adam's step in f64, in place: what is right. */

export interface AdamSettings {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightCost: number;
}

/** Adam; `stepNumber` is 1 at the first step. */
export function adamStepReference(
  parameters: Float64Array,
  gradients: ArrayLike<number>,
  firstMoment: Float64Array,
  secondMoment: Float64Array,
  stepNumber: number,
  { learningRate, beta1, beta2, epsilon, weightCost }: AdamSettings,
): void {
  for (let i = 0; i < parameters.length; i++) {
    const gradient = gradients[i] + weightCost * parameters[i];
    firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * gradient;
    secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * gradient ** 2;
    const unbiasedFirst = firstMoment[i] / (1 - beta1 ** stepNumber);
    const unbiasedSecond = secondMoment[i] / (1 - beta2 ** stepNumber);
    parameters[i] -= (learningRate * unbiasedFirst) / (Math.sqrt(unbiasedSecond) + epsilon);
  }
}
