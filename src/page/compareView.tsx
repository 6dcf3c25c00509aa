/** Two runs beside each other: what differs in their configuration and code, and what came of it. */
import type { ComponentChildren } from 'preact';
import type { ConfigurationDifference, RunSummary } from '../dashboard/api.ts';
import { type RunConfiguration, runConfigurations, useConfigurations } from './configurations.ts';
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
        <Differences key={`${first}/${second}`} a={first} b={second} runs={runs} />
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
  useConfigurations([a, b]);
  const [left, right] = [a, b].map((id) => runs.find((run) => run.id === id));
  const around = aroundDifferences(runConfigurations.get(a), runConfigurations.get(b));
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
        <h2>Cartridge, code and machine</h2>
        <Pairs a={a} b={b} differences={around} same="The same." />
      </section>
      <section aria-labelledby="differences-heading">
        <h2 id="differences-heading">
          Configuration {differences && <span class="count">{differences.length} values differ</span>}
        </h2>
        {differences === undefined ? (
          <p>Loading…</p>
        ) : (
          <Pairs a={a} b={b} differences={differences} same="Every value is the same." />
        )}
      </section>
    </div>
  );
}

interface PairsProps {
  readonly a: string;
  readonly b: string;
  readonly differences: readonly ConfigurationDifference[];
  /** What to say where nothing differs. */
  readonly same: string;
}

function Pairs({ a, b, differences, same }: PairsProps) {
  if (differences.length === 0) return <p class="hint">{same}</p>;
  return (
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
  );
}

/** What a run ran on beside its configuration, one value each. */
const around: Readonly<Record<string, (config: RunConfiguration) => unknown>> = {
  cartridge: (config) => config.cartridge?.['title'],
  'cartridge, MD5': (config) => config.cartridge?.['md5'],
  adapter: (config) => config.adapter?.['description'],
  commit: (config) => config['commit'],
  'changes beside the commit': (config) => config['dirty'],
  versions: (config) => Object.entries(config['versions'] ?? {}).flatMap(([name, version]) => `${name} ${version}`),
  processor: (config) => (config['platform'] as Readonly<Record<string, unknown>> | undefined)?.['cpu'],
};

function aroundDifferences(
  a: RunConfiguration | undefined,
  b: RunConfiguration | undefined,
): ConfigurationDifference[] {
  if (a === undefined || b === undefined) return [];
  const rows = Object.entries(around).map(([field, of]) => ({ field, a: of(a), b: of(b) }));
  const kernels = [...new Set([...Object.keys(a.kernels ?? {}), ...Object.keys(b.kernels ?? {})])].map((kernel) => ({
    field: kernel,
    a: a.kernels?.[kernel],
    b: b.kernels?.[kernel],
  }));
  return [...rows, ...kernels].filter((row) => JSON.stringify(row.a) !== JSON.stringify(row.b));
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
