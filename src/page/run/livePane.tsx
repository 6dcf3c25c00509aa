/**
 * The agent as it plays: screen, values of its actions, what the network sees. Asked for about ten times a second, and only while it is in
 * view, the page is in front, and the run goes on.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RunSummary } from '../../dashboard/api.ts';
import { actionNames } from '../../emulator/console/action.ts';
import { decodeLiveFrame, type LiveFrame } from '../../run/live/liveFrame.ts';
import { ago, count, decimal } from '../format.ts';
import { useNow } from '../hooks.ts';
import { getBytes, runPath } from '../server.ts';
import { LiveCanvases } from './liveCanvases.ts';

const frameIntervalMs = 100;
/** A run that has nothing to show yet, or writes no more, is asked this often. */
const idleIntervalMs = 2000;
/** A picture older than this is no live one. */
const liveForMs = 3000;

export function LivePane({ run }: { run: RunSummary }) {
  const pane = useRef<HTMLElement>(null);
  const { frame, freshAtMs, isMissing } = useLiveFrame(run.id, pane);
  const nowMs = useNow(1000);
  const isLive = frame !== undefined && nowMs - freshAtMs < liveForMs;
  return (
    <section ref={pane} class="live-pane" aria-labelledby="live-heading">
      <h2 id="live-heading">
        Playing{' '}
        <span class={isLive ? 'live-sign on' : 'live-sign'} role="status">
          {isLive ? (frame.isEvaluation ? 'live: an evaluation' : 'live: training') : 'not live'}
        </span>
        {frame && !isLive && <span class="count"> last picture {ago(freshAtMs, nowMs)}</span>}
      </h2>
      {frame ? <Playing frame={frame} run={run} /> : <p class="hint">{isMissing ? missingLine(run) : 'Loading…'}</p>}
    </section>
  );
}

function missingLine(run: RunSummary): string {
  return run.state === 'running'
    ? 'The run has not shown its screen yet.'
    : 'The run has kept no picture of its screen.';
}

interface Watched {
  readonly frame: LiveFrame | undefined;
  /** When it was new, by this machine's clock: the run's may be another. Of the first one only what it says itself is known. */
  readonly freshAtMs: number;
  readonly isMissing: boolean;
}

/** The newest frame while `pane` is in view; torn ones are passed over. */
function useLiveFrame(id: string, pane: { current: HTMLElement | null }): Watched {
  const [state, setState] = useState<Watched>({ frame: undefined, freshAtMs: 0, isMissing: false });
  useEffect(() => {
    let writtenAtMs: number | undefined;
    let freshAtMs = 0;
    let isInView = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let request: AbortController | undefined;

    async function ask(): Promise<void> {
      timer = undefined;
      if (document.hidden) return;
      request = new AbortController();
      let waitMs = idleIntervalMs;
      try {
        const bytes = await getBytes(runPath(id, 'live'), request.signal);
        const frame = bytes && decodeLiveFrame(bytes);
        if (frame !== undefined && frame.writtenAtMs !== writtenAtMs) {
          freshAtMs = writtenAtMs === undefined ? Math.min(frame.writtenAtMs, Date.now()) : Date.now();
          writtenAtMs = frame.writtenAtMs;
          setState({ frame, freshAtMs, isMissing: false });
        } else if (bytes === undefined) setState((before) => ({ ...before, isMissing: true }));
        // A torn frame is followed by a whole one.
        if (bytes !== undefined && (frame === undefined || Date.now() - freshAtMs < liveForMs)) {
          waitMs = frameIntervalMs;
        }
      } catch {
        // The banner says that the server is gone; it may come back.
      }
      request = undefined;
      plan(waitMs);
    }
    function plan(waitMs: number): void {
      if (isInView && !document.hidden && timer === undefined && request === undefined) {
        timer = setTimeout(() => void ask(), waitMs);
      }
    }
    const seen = new IntersectionObserver(([entry]) => {
      isInView = entry.isIntersecting;
      plan(0);
    });
    seen.observe(pane.current!);
    const visible = () => plan(0);
    document.addEventListener('visibilitychange', visible);
    return () => {
      isInView = false;
      clearTimeout(timer);
      request?.abort();
      seen.disconnect();
      document.removeEventListener('visibilitychange', visible);
    };
  }, [id]);
  return state;
}

function Playing({ frame, run }: { frame: LiveFrame; run: RunSummary }) {
  const canvases = useRef<LiveCanvases | undefined>(undefined);
  canvases.current ??= new LiveCanvases();
  useLayoutEffect(() => canvases.current!.draw(frame), [frame]);
  return (
    <div class="playing">
      <canvas
        ref={(canvas) => canvases.current!.setScreen(canvas)}
        class="screen"
        width="160"
        height={frame.screenHeight}
        role="img"
        aria-label={`The screen of ${run.game} as the agent plays it`}
      />
      <div class="decision">
        <QValues frame={frame} />
        <dl class="facts">
          <div>
            <dt>{frame.isEvaluation ? 'game of the evaluation' : 'game'}</dt>
            <dd>{count(frame.episode)}</dd>
          </div>
          <div>
            <dt>reward so far</dt>
            <dd>{decimal(frame.episodeReward, 0)}</dd>
          </div>
          <div>
            <dt>epsilon</dt>
            <dd>{decimal(frame.epsilon, 3)}</dd>
          </div>
          <div>
            <dt>agent steps</dt>
            <dd>{count(frame.agentSteps)}</dd>
          </div>
        </dl>
        <figure class="input-frames">
          <figcaption>
            What the network sees: {frame.frames.length} frames of {frame.frameSide} × {frame.frameSide}, oldest first
          </figcaption>
          <div>
            {frame.frames.map((_, index) => (
              <canvas
                key={index}
                ref={(canvas) => canvases.current!.setInput(index, canvas)}
                width={frame.frameSide}
                height={frame.frameSide}
                role="img"
                aria-label={`Input frame ${index + 1} of ${frame.frames.length}`}
              />
            ))}
          </div>
        </figure>
      </div>
    </div>
  );
}

const ofEarlierState = 'Drawn at random; the values are of the last state that the network was asked about.';

/** A bar an action, between the lowest and the highest value seen lately, so that small differences show. */
function QValues({ frame }: { frame: LiveFrame }) {
  const scale = useScale(frame);
  const { low, high } = scale ?? { low: 0, high: 1 };
  const values = [...frame.qValues];
  const best = Math.max(...values);
  return (
    <table class={frame.wasRandom ? 'q-values older' : 'q-values'}>
      <caption>
        {scale
          ? `Q-values: bars from ${decimal(low, 3)} to ${decimal(high, 3)}, the lowest and highest of late`
          : 'Q-values: the network has not been asked yet'}
      </caption>
      <thead class="hidden">
        <tr>
          <th scope="col">action</th>
          <th scope="col">bar</th>
          <th scope="col">value</th>
          <th scope="col">chosen</th>
        </tr>
      </thead>
      <tbody>
        {frame.actions.map((action, index) => {
          const isChosen = index === frame.action;
          const value = values[index];
          const share = Number.isNaN(value) ? 0 : (value - low) / (high - low || 1);
          return (
            <tr key={action} class={isChosen ? 'chosen' : ''}>
              <th scope="row">{actionNames[action]}</th>
              <td class="bar-cell">
                <span class={value === best ? 'q-bar best' : 'q-bar'} style={{ width: `${100 * share}%` }} />
              </td>
              <td class="number">{decimal(value, 3)}</td>
              <td class="choice" title={frame.wasRandom ? ofEarlierState : undefined}>
                {isChosen ? (frame.wasRandom ? '◀ at random' : '◀ chosen') : ''}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Lowest and highest value of late: it widens at once and narrows slowly. Undefined before any value. */
function useScale({ qValues }: LiveFrame): { low: number; high: number } | undefined {
  const scale = useRef<{ low: number; high: number } | undefined>(undefined);
  const known = [...qValues].filter((value) => !Number.isNaN(value));
  if (known.length === 0) return scale.current;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const narrowing = 0.01;
  const before = scale.current ?? { low, high };
  scale.current = {
    low: Math.min(low, before.low + narrowing * (low - before.low)),
    high: Math.max(high, before.high + narrowing * (high - before.high)),
  };
  return scale.current;
}
