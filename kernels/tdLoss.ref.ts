/** The head of an update in f64, put together from the references of what it fuses: what is right. */
import { gatherBackwardReference, gatherForwardReference } from './gather.ref.ts';
import { huberBackwardReference, huberForwardReference } from './huber.ref.ts';
import { argmaxReference } from './max.ref.ts';
import { squaredErrorBackwardReference, squaredErrorForwardReference } from './squaredError.ref.ts';
import type { TdLossForm } from './tdLoss.ts';
import { tdTargetReference } from './tdTarget.ref.ts';

/** As `TdLoss` has them: values [batch][actions], all else [batch]. */
export interface TdLossInputs {
  readonly values: ArrayLike<number>;
  readonly nextValues: ArrayLike<number>;
  readonly choosingValues?: ArrayLike<number> | undefined;
  readonly actions: ArrayLike<number>;
  readonly rewards: ArrayLike<number>;
  readonly discounts: ArrayLike<number>;
}

export interface TdLossOutputs {
  /** Each sample's, [batch]. */
  readonly loss: Float64Array;
  /** [batch][actions]. */
  readonly dValues: Float64Array;
}

export function tdLossReference(
  { values, nextValues, choosingValues = nextValues, actions, rewards, discounts }: TdLossInputs,
  { loss, clipDelta, reduction }: TdLossForm,
): TdLossOutputs {
  const batch = actions.length;
  const actionCount = values.length / batch;
  const nextActions = argmaxReference(choosingValues, actionCount);
  const target = tdTargetReference(rewards, discounts, gatherForwardReference(nextValues, nextActions, actionCount));
  const prediction = gatherForwardReference(values, actions, actionCount);
  const scale = reduction === 'mean' ? 1 / batch : 1;
  const clip = clipDelta ?? Number.POSITIVE_INFINITY;
  const dPrediction =
    loss === 'squared'
      ? squaredErrorBackwardReference(prediction, target, scale)
      : huberBackwardReference(prediction, target, clip, scale);
  return {
    loss: lossOf(loss, prediction, target, clip),
    dValues: gatherBackwardReference(dPrediction, actions, actionCount),
  };
}

function lossOf(
  loss: TdLossForm['loss'],
  prediction: Float64Array,
  target: Float64Array,
  clipDelta: number,
): Float64Array {
  switch (loss) {
    case 'squared':
      return squaredErrorForwardReference(prediction, target);
    case 'huber':
      return huberForwardReference(prediction, target, clipDelta);
    case 'clipped-delta':
      return huberBackwardReference(prediction, target, clipDelta, 1).map((delta) => delta ** 2 / 2);
  }
}
