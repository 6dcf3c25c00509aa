/** One run: how it stands, its agent as it plays, its curves, recordings and configuration. */
import type { RunSummary, WeightsEntry } from '../../dashboard/api.ts';
import { runConfigurations, useConfigurations } from '../configurations.ts';
import { CurvesSection } from '../curves/curvesSection.tsx';
import { ago, bytes, clock, count, decimal } from '../format.ts';
import { useAnswer, useNow } from '../hooks.ts';
import { compareHref, playHref } from '../route.ts';
import { Progress } from '../runList/runsTable.tsx';
import { State } from '../runList/state.tsx';
import { runs as allRuns } from '../runsStore.ts';
import { runPath } from '../server.ts';
import { useValue } from '../value.ts';
import { ConfigurationSection } from './configurationTable.tsx';
import { LivePane } from './livePane.tsx';
import { Recordings } from './recordings.tsx';

const csvTypes = ['episode', 'progress', 'evaluation'] as const;

export function RunView({ id }: { id: string }) {
  const runs = useValue(allRuns);
  useConfigurations([id]);
  const run = runs?.find((one) => one.id === id);
  if (runs === undefined) return <p class="empty">Loading…</p>;
  if (run === undefined) return <NoSuchRun id={id} />;
  const other = runs.find((one) => one !== run && one.game === run.game) ?? runs.find((one) => one !== run);
  return (
    <>
      <div class="bar run-head">
        <h1>{id}</h1>
        <State state={run.state} />
        <span class="actions">
          <a class="button primary" href={playHref(id)}>
            Play against it
          </a>
          {other && (
            <a class="button" href={compareHref(id, other.id)}>
              Compare
            </a>
          )}
        </span>
      </div>
      {run.error !== null && <p class="problem">It ended with an error: {run.error}</p>}
      <Facts run={run} />
      <LivePane run={run} />
      <CurvesSection runs={[{ id, place: 0 }]} />
      <Recordings run={run} />
      <Downloads run={run} />
      <ConfigurationSection config={runConfigurations.get(id)} />
    </>
  );
}

const weightsAbout = { best: 'the best so far', last: 'those of the newest checkpoint' } as const;

function Downloads({ run: { id, agentSteps, state } }: { run: RunSummary }) {
  const { value: weights = [] } = useAnswer<WeightsEntry[]>(runPath(id, 'weights'), `${agentSteps} ${state}`);
  const last = weights.find(({ sha256 }) => sha256 !== null);
  return (
    <section aria-labelledby="download-heading" class="downloads">
      <h2 id="download-heading">Download</h2>
      <ul>
        {csvTypes.map((type) => (
          <li key={type}>
            <a href={`${runPath(id, 'metrics.csv')}?type=${type}`} download={`${id}-${type}.csv`}>
              {type}.csv
            </a>
          </li>
        ))}
        {weights.map(({ which, bytes: size }) => (
          <li key={which}>
            <a
              href={runPath(id, `weights/${which}`)}
              download={`${id}-${which}.safetensors`}
              title={weightsAbout[which]}
            >
              {which}.safetensors
            </a>{' '}
            <span class="count">{bytes(size)}</span>
          </li>
        ))}
      </ul>
      {last && (
        <p class="hint">
          SHA-256 of the weights at step {count(last.agentSteps)}: <code>{last.sha256}</code>
        </p>
      )}
    </section>
  );
}

function Facts({ run }: { run: RunSummary }) {
  const nowMs = useNow(1000);
  return (
    <dl class="facts">
      <Fact title="game" value={run.game} />
      <Fact title="preset" value={run.preset} />
      <Fact title="seed" value={String(run.seed)} />
      <div>
        <dt>agent steps</dt>
        <dd>
          {count(run.agentSteps)} {run.stepsWanted > 0 && <small>of {count(run.stepsWanted)}</small>}
          <Progress run={run} />
        </dd>
      </div>
      <Fact title="games" value={count(run.episodes)} />
      <Fact title="mean of 100" value={decimal(run.lastMeanReward)} small={`best ${decimal(run.bestMeanReward)}`} />
      {run.lastEvaluation !== null && (
        <Fact title="evaluation" value={decimal(run.lastEvaluation)} small={`best ${decimal(run.bestEvaluation)}`} />
      )}
      <Fact title="steps/s" value={decimal(run.stepsPerSecond, 1)} />
      <Fact title="time" value={clock(run.elapsedSeconds)} />
      <Fact title="disk" value={bytes(run.diskBytes)} />
      <Fact title="changed" value={ago(run.updatedAtMs, nowMs)} />
    </dl>
  );
}

function Fact({ title, value, small }: { title: string; value: string; small?: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {value} {small && <small>{small}</small>}
      </dd>
    </div>
  );
}

function NoSuchRun({ id }: { id: string }) {
  return (
    <div class="empty">
      <h1>There is no run {id}</h1>
      <p>
        Its folder is gone or has another name. <a href="#/">All runs</a>
      </p>
    </div>
  );
}
