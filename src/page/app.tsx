/** What all views have: header, navigation, the server's state, and the view that the address names. */
import { useEffect, useRef } from 'preact/hooks';
import { chosenTheme } from './choices.ts';
import { CompareView } from './compareView.tsx';
import { PlayView } from './playView.tsx';
import { type Route, route } from './route.ts';
import { RunView } from './run/runView.tsx';
import { RunsView } from './runList/runsView.tsx';
import { announcement, connection, runs, runsError } from './runsStore.ts';
import { theme } from './theme.ts';
import { useValue } from './value.ts';

const titles: Readonly<Record<Route['view'], string>> = {
  runs: 'Runs',
  run: 'Run',
  compare: 'Compare',
  play: 'Play',
  unknown: 'Not found',
};

export function App() {
  const { view, ids } = useValue(route);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const address = [view, ...ids].join('/');

  useEffect(() => {
    document.title = `${ids.length > 0 && view !== 'play' ? ids.join(' and ') : titles[view]} – wgsl-dqn`;
    // Another view begins at its top, also for the keyboard; the first one where the browser likes.
    if (!isFirst.current) {
      window.scrollTo(0, 0);
      main.current!.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [address]);

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current!.focus()}>
        To the content
      </button>
      <header class="top">
        <a class="brand" href="#/">
          <BrandSign /> wgsl-dqn
        </a>
        <nav aria-label="Views">
          <NavLink view="runs" href="#/" current={view === 'run' ? 'runs' : view} />
          <NavLink view="compare" href="#/compare" current={view} />
          <NavLink view="play" href="#/play" current={view} />
        </nav>
        <ConnectionState />
        <ThemeButton />
      </header>
      <Banner />
      <main id="main" ref={main} tabIndex={-1}>
        <View key={view === 'run' || view === 'play' ? address : view} view={view} ids={ids} />
      </main>
      <Announcements />
    </>
  );
}

function View({ view, ids }: Route) {
  if (view === 'runs') return <RunsView />;
  if (view === 'run') return <RunView id={ids[0]} />;
  if (view === 'compare') return <CompareView a={ids[0]} b={ids[1]} />;
  if (view === 'play') return <PlayView />;
  return (
    <div class="empty">
      <h1>There is no such page</h1>
      <p>
        <a href="#/">All runs</a>
      </p>
    </div>
  );
}

function NavLink({ view, href, current }: { view: 'runs' | 'compare' | 'play'; href: string; current: Route['view'] }) {
  return (
    <a href={href} aria-current={view === current ? 'page' : undefined}>
      {titles[view]}
    </a>
  );
}

function BrandSign() {
  return (
    <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
      <rect width="16" height="16" rx="3" class="sign-ground" />
      <path d="M2 5h2v6H2zM12 3h2v6h-2zM8 8h2v2H8z" class="sign-figure" />
    </svg>
  );
}

function ConnectionState() {
  const state = useValue(connection);
  const running = useValue(runs)?.filter((run) => run.state === 'running').length ?? 0;
  const words = state === 'live' ? (running > 0 ? `${running} running` : 'live') : state;
  return (
    <span class={`connection ${state}`}>
      <span class="pulse" aria-hidden="true" />
      {words}
    </span>
  );
}

function ThemeButton() {
  const isDark = useValue(theme) === 'dark';
  const label = `Switch to ${isDark ? 'light' : 'dark'} colours`;
  return (
    <button
      type="button"
      class="icon"
      title={label}
      aria-label={label}
      onClick={() => chosenTheme.set(isDark ? 'light' : 'dark')}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" fill="currentColor" />
      </svg>
    </button>
  );
}

function Banner() {
  const state = useValue(connection);
  const error = useValue(runsError);
  const line =
    state === 'lost'
      ? 'The dashboard’s server does not answer; what you see is from before. Is `bun run dashboard` still running? The page goes on by itself when it is back.'
      : error;
  return <div role="alert">{line && <p class="banner">{line}</p>}</div>;
}

function Announcements() {
  const words = useValue(announcement);
  return (
    <div class="hidden" aria-live="polite">
      {words}
    </div>
  );
}
