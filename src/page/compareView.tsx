/** Two runs beside each other: what differs in their configuration and code, and what came of it. */
import type { ComponentChildren } from 'preact';
import type { ConfigurationDifference, RunSummary } from '../dashboard/api.ts';
import { bytes, clock, count, decimal } from './format.ts';
import { useAnswer } from './hooks.ts';
import { compareHref, runHref } from './route.ts';
import { ConfigurationValue } from './run/configurationValue.tsx';
import { State } from './runList/state.tsx';
import { runs as allRuns } from './runsStore.ts';
import { useValue } from './value.ts';

interface Props {
  readonly a: string | undefined;
  readonly b: string | undefined;
}

export function CompareView({ a, b }: Props) {
  const runs = useValue(allRuns);
  if (runs === undefined) return <p class="empty">Loading…</p>;
  const first = a ?? runs[0]?.id ?? '';
  const second = b ?? runs[1]?.id ?? '';
  const go = (left: string, right: string) => {
    location.hash = compareHref(left, right);
  };
  return (
    <>
      <div class="bar">
        <h1>Compare two runs</h1>
        <RunChoice name="A" runs={runs} value={first} onChange={(id) => go(id, second)} />
        <RunChoice name="B" runs={runs} value={second} onChange={(id) => go(first, id)} />
        <button type="button" onClick={() => go(second, first)}>
          Swap
        </button>
      </div>
      {runs.length < 2 ? (
        <p class="empty">There are not two runs yet.</p>
      ) : first === second ? (
        <p class="empty">That is the same run twice.</p>
      ) : (
        <Differences a={first} b={second} runs={runs} />
      )}
    </>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly runs: readonly RunSummary[];
  readonly value: string;
  readonly onChange: (id: string) => void;
}

function RunChoice({ name, runs, value, onChange }: ChoiceProps) {
  return (
    <label class="choice">
      {name}{' '}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {runs.map((run) => (
          <option key={run.id} value={run.id}>
            {run.id}
          </option>
        ))}
      </select>
    </label>
  );
}

function Differences({ a, b, runs }: { a: string; b: string; runs: readonly RunSummary[] }) {
  const path = `/api/diff?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`;
  const { value: differences, error } = useAnswer<ConfigurationDifference[]>(path);
  const [left, right] = [a, b].map((id) => runs.find((run) => run.id === id));
  if (error !== undefined) return <p class="problem">{error}</p>;
  return (
    <div class="compare">
      <section aria-labelledby="results-heading">
        <h2 id="results-heading">What came of it</h2>
        <table class="pairs">
          <Head a={a} b={b} what="result" />
          <tbody>
            {left && right && results.map((row) => <ResultRow key={row.title} {...row} a={left} b={right} />)}
          </tbody>
        </table>
      </section>
      <section aria-labelledby="differences-heading">
        <h2 id="differences-heading">
          What differs {differences && <span class="count">{differences.length} values</span>}
        </h2>
        {differences === undefined ? (
          <p>Loading…</p>
        ) : differences.length === 0 ? (
          <p>Nothing: configuration, cartridge, adapter and code are the same.</p>
        ) : (
          <table class="pairs">
            <Head a={a} b={b} what="field" />
            <tbody>
              {differences.map((difference) => (
                <tr key={difference.field}>
                  <th scope="row">{difference.field}</th>
                  <td>
                    <ConfigurationValue value={difference.a} />
                  </td>
                  <td>
                    <ConfigurationValue value={difference.b} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </div>
  );
}

function Head({ a, b, what }: { a: string; b: string; what: string }) {
  return (
    <thead>
      <tr>
        <th scope="col">{what}</th>
        {[a, b].map((id) => (
          <th key={id} scope="col">
            <a href={runHref(id)}>{id}</a>
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface Result {
  readonly title: string;
  readonly of: (run: RunSummary) => ComponentChildren;
  /** The larger one is the better one, and marked. */
  readonly value?: (run: RunSummary) => number | null;
}

const results: readonly Result[] = [
  { title: 'state', of: (run) => <State state={run.state} /> },
  { title: 'agent steps', of: (run) => count(run.agentSteps) },
  { title: 'games', of: (run) => count(run.episodes) },
  { title: 'time', of: (run) => clock(run.elapsedSeconds) },
  {
    title: 'mean reward, last 100 games',
    of: (run) => decimal(run.lastMeanReward),
    value: (run) => run.lastMeanReward,
  },
  { title: 'best mean reward', of: (run) => decimal(run.bestMeanReward), value: (run) => run.bestMeanReward },
  { title: 'last evaluation', of: (run) => decimal(run.lastEvaluation), value: (run) => run.lastEvaluation },
  { title: 'best evaluation', of: (run) => decimal(run.bestEvaluation), value: (run) => run.bestEvaluation },
  { title: 'agent steps a second', of: (run) => decimal(run.stepsPerSecond, 1), value: (run) => run.stepsPerSecond },
  { title: 'disk', of: (run) => bytes(run.diskBytes) },
];

function ResultRow({ title, of, value, a, b }: Result & { a: RunSummary; b: RunSummary }) {
  const [left, right] = [value?.(a) ?? null, value?.(b) ?? null];
  const better = left === null || right === null || left === right ? undefined : left > right ? a : b;
  return (
    <tr>
      <th scope="row">{title}</th>
      {[a, b].map((run) => (
        <td key={run.id} class={run === better ? 'better' : ''}>
          {of(run)}
          {run === better && (
            <span title="the higher one">
              {' '}
              <span aria-hidden="true">▲</span>
              <span class="hidden">, the higher one</span>
            </span>
          )}
        </td>
      ))}
    </tr>
  );
}
