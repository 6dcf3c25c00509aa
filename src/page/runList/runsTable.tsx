/** The list of runs as a table, where there is room for one. */
import type { RunSummary } from '../../dashboard/api.ts';
import { sortBy } from '../choices.ts';
import { ago, bytes, count, decimal } from '../format.ts';
import { runHref } from '../route.ts';
import { columns } from './columns.ts';
import { State } from './state.tsx';
import { TickBox } from './tickBox.tsx';

export interface ListProps {
  readonly runs: readonly RunSummary[];
  readonly shown: readonly { id: string; place: number }[];
  readonly tick: (id: string, on: boolean) => void;
  readonly nowMs: number;
}

export function RunsTable({
  runs,
  shown,
  tick,
  nowMs,
  sort,
}: ListProps & { sort: { column: string; descending: boolean } }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways where the window is narrow
    <section class="table-box" tabIndex={0} aria-label="List of runs">
      <table class="runs">
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">Show curves</span>
            </th>
            {columns.map((column) => {
              const isSorted = sort.column === column.key;
              const direction = sort.descending ? 'descending' : 'ascending';
              return (
                <th
                  key={column.key}
                  scope="col"
                  class={`column-${column.key} ${column.isNumber ? 'number' : ''}`}
                  aria-sort={isSorted ? direction : undefined}
                >
                  <button
                    type="button"
                    title={column.about}
                    aria-label={column.about ? `${column.title}: ${column.about}` : column.title}
                    onClick={() =>
                      sortBy.set({ column: column.key, descending: isSorted ? !sort.descending : column.isNumber })
                    }
                  >
                    {column.title}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row key={run.id} run={run} place={placeOf(run, shown)} tick={tick} nowMs={nowMs} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function placeOf(run: RunSummary, shown: ListProps['shown']): number | undefined {
  return shown.find(({ id }) => id === run.id)?.place;
}

function Row({
  run,
  place,
  tick,
  nowMs,
}: { run: RunSummary; place: number | undefined } & Pick<ListProps, 'tick' | 'nowMs'>) {
  return (
    <tr class={place === undefined ? '' : 'ticked'}>
      <td>
        <TickBox run={run} place={place} tick={tick} />
      </td>
      <th scope="row">
        <a href={runHref(run.id)}>{run.id}</a>
      </th>
      <td title={run.error ?? undefined}>
        <State state={run.state} />
      </td>
      <td>{run.game}</td>
      <td>{run.preset}</td>
      <td class="number">{run.seed}</td>
      <td class="number">
        {count(run.agentSteps)}
        <Progress run={run} />
      </td>
      <td class="number strong">{decimal(run.lastMeanReward)}</td>
      <td class="number">{decimal(run.bestMeanReward)}</td>
      <td class="number strong">{decimal(run.lastEvaluation)}</td>
      <td class="number">{decimal(run.bestEvaluation)}</td>
      <td class="number">{decimal(run.stepsPerSecond, 1)}</td>
      <td class="number">{bytes(run.diskBytes)}</td>
      <td class="number">{ago(run.updatedAtMs, nowMs)}</td>
    </tr>
  );
}

/** How much of the steps that the run was asked for is done. */
export function Progress({ run }: { run: RunSummary }) {
  if (run.stepsWanted <= 0) return null;
  const share = Math.min(1, run.agentSteps / run.stepsWanted);
  return (
    <span class="progress" title={`${(100 * share).toFixed(0)} % of ${count(run.stepsWanted)}`} aria-hidden="true">
      <span style={{ width: `${100 * share}%` }} />
    </span>
  );
}
