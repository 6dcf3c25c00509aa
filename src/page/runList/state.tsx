/** A run's state: a sign and a word, in a colour of its own. */
import type { RunState } from '../../dashboard/api.ts';
import { stateSigns } from '../format.ts';

export function State({ state }: { state: RunState }) {
  return (
    <span class={`state ${state}`}>
      <span class="state-sign" aria-hidden="true">
        {stateSigns[state]}
      </span>
      {state}
    </span>
  );
}
