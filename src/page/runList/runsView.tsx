/** All runs as a list, and the curves of those that are ticked. */
import { useEffect, useState } from 'preact/hooks';
import type { RunSummary } from '../../dashboard/api.ts';
import { places, sortBy, ticked, withTicked } from '../choices.ts';
import { CurvesSection } from '../curves/curvesSection.tsx';
import { useMedia, useNow } from '../hooks.ts';
import { compareHref } from '../route.ts';
import { runs as allRuns } from '../runsStore.ts';
import { useValue } from '../value.ts';
import { columns, sorted } from './columns.ts';
import { RunCards } from './runCards.tsx';
import { RunsTable } from './runsTable.tsx';

/** So many runs are listed until a person asks for all: in a table, and as cards. */
const firstRows = 8;
const firstCards = 4;
/** So many of the newest are ticked on a first visit. */
const firstTicked = 3;

export function RunsView() {
  const runs = useValue(allRuns);
  const places = useTicked(runs);
  if (runs === undefined) return <p class="empty">Loading…</p>;
  if (runs.length === 0) return <NoRuns />;
  return (
    <>
      <RunList runs={runs} shown={places} />
      {places.length > 0 ? (
        <CurvesSection runs={places} remove={(id) => tick(id, false)} />
      ) : (
        <p class="empty">Tick runs to see their curves.</p>
      )}
    </>
  );
}

function tick(id: string, on: boolean): void {
  ticked.set(withTicked(ticked.current ?? [], id, on));
}

/** The ticked runs that are there. On a first visit the newest are. */
function useTicked(runs: readonly RunSummary[] | undefined): { id: string; place: number }[] {
  const list = useValue(ticked);
  useEffect(() => {
    if (runs === undefined || runs.length === 0 || ticked.current !== undefined) return;
    ticked.set(runs.slice(0, firstTicked).map((run) => run.id));
  }, [runs]);
  const there = new Set(runs?.map((run) => run.id));
  return places(list ?? []).filter(({ id }) => there.has(id));
}

function RunList({ runs, shown }: { runs: readonly RunSummary[]; shown: readonly { id: string; place: number }[] }) {
  const [text, setText] = useState('');
  const [showsAll, setShowsAll] = useState(false);
  const sort = useValue(sortBy);
  const isNarrow = useMedia('(max-width: 800px)');
  const nowMs = useNow(5000);
  const firstShown = isNarrow ? firstCards : firstRows;
  const matching = sorted(runs.filter(matches(text)), sort);
  const listed = showsAll ? matching : matching.slice(0, firstShown);
  const props = { runs: listed, shown, tick, nowMs };
  const [a, b] = shown;
  return (
    <section aria-labelledby="runs-heading">
      <div class="bar">
        <h1 id="runs-heading">Runs</h1>
        <label class="filter">
          <span class="hidden">Filter by name, game, preset, seed or state</span>
          <input
            type="search"
            placeholder="Filter"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {isNarrow && (
          <label>
            sort by{' '}
            <select
              value={sort.column}
              onChange={(event) => {
                const column = columns.find(({ key }) => key === event.currentTarget.value)!;
                sortBy.set({ column: column.key, descending: column.isNumber });
              }}
            >
              {columns.map(({ key, title }) => (
                <option key={key} value={key}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        )}
        <span class="count" role="status">
          {matching.length === runs.length ? `${runs.length} runs` : `${matching.length} of ${runs.length} runs`}
        </span>
        {shown.length >= 2 && (
          <a class="button" href={compareHref(a.id, b.id)}>
            Compare {shown.length === 2 ? 'both' : 'first two'}
          </a>
        )}
        {shown.length > 0 && (
          <button type="button" onClick={() => ticked.set([])}>
            Untick all
          </button>
        )}
      </div>
      {isNarrow ? <RunCards {...props} /> : <RunsTable {...props} sort={sort} />}
      {matching.length === 0 && <p class="empty">No run matches “{text}”.</p>}
      {matching.length > firstShown && (
        <button type="button" class="more" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? `Only the first ${firstShown}` : `All ${matching.length} runs`}
        </button>
      )}
    </section>
  );
}

/** Every word of the text is somewhere in what the list says of the run. */
function matches(text: string): (run: RunSummary) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (run) => {
    const said = `${run.id} ${run.game} ${run.preset} ${run.seed} ${run.state}`.toLowerCase();
    return words.every((word) => said.includes(word));
  };
}

function NoRuns() {
  return (
    <div class="empty">
      <h1>No runs yet</h1>
      <p>Start one in a terminal; it appears here by itself:</p>
      <pre>
        <code>bun run train catch --preset quick</code>
      </pre>
      <p>
        It learns within minutes, without a GPU, too. <code>--out</code> names another folder than <code>runs</code>,
        where the dashboard was given one. Or <a href="#/play">play against the agent that ships with the project</a>.
      </p>
    </div>
  );
}
