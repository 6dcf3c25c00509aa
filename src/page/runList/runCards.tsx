/** The list of runs as cards, on a phone. */
import { ago, bytes, count, decimal } from '../format.ts';
import { runHref } from '../route.ts';
import { type ListProps, Progress, placeOf } from './runsTable.tsx';
import { State } from './state.tsx';
import { TickBox } from './tickBox.tsx';

export function RunCards({ runs, shown, tick, nowMs }: ListProps) {
  return (
    <ul class="cards">
      {runs.map((run) => (
        <li key={run.id} class={placeOf(run, shown) === undefined ? 'card' : 'card ticked'}>
          <div class="card-head">
            <TickBox run={run} place={placeOf(run, shown)} tick={tick} />
            <a class="card-name" href={runHref(run.id)}>
              {run.id}
            </a>
            <State state={run.state} />
          </div>
          <p class="card-about">
            {run.game}, {run.preset}, seed {run.seed}, {bytes(run.diskBytes)}
          </p>
          <dl>
            <div>
              <dt>Reward</dt>
              <dd class="strong">{decimal(run.lastMeanReward)}</dd>
            </div>
            <div>
              <dt>Best</dt>
              <dd>{decimal(run.bestMeanReward)}</dd>
            </div>
            <div>
              <dt>Evaluation</dt>
              <dd class="strong">{decimal(run.lastEvaluation)}</dd>
            </div>
            <div>
              <dt>Steps</dt>
              <dd>
                {count(run.agentSteps)} <Progress run={run} />
              </dd>
            </div>
            <div>
              <dt>Steps/s</dt>
              <dd>{decimal(run.stepsPerSecond, 1)}</dd>
            </div>
            <div>
              <dt>Changed</dt>
              <dd>{ago(run.updatedAtMs, nowMs)}</dd>
            </div>
          </dl>
        </li>
      ))}
    </ul>
  );
}
