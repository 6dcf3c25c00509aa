/** What several views need of the browser. */
import { useEffect, useState } from 'preact/hooks';
import { connection } from './runsStore.ts';
import { errorLine, getJson } from './server.ts';
import { useValue } from './value.ts';

export function useMedia(query: string): boolean {
  const [isTrue, setTrue] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const media = window.matchMedia(query);
    const changed = () => setTrue(media.matches);
    changed();
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, [query]);
  return isTrue;
}

/** The time, drawn again every so often. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}

export interface Answer<T> {
  readonly value: T | undefined;
  readonly error: string | undefined;
}

/** The answer to a path, asked for again when it or `version` changes or a lost server is back; meanwhile the one before stays. */
export function useAnswer<T>(path: string, version: unknown = 0): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ value: undefined, error: undefined });
  const isLost = useValue(connection) === 'lost';
  useEffect(() => {
    if (isLost) return;
    const question = new AbortController();
    getJson<T>(path, question.signal).then(
      (value) => setAnswer({ value, error: undefined }),
      (error) => {
        if (!question.signal.aborted) setAnswer({ value: undefined, error: errorLine(error) });
      },
    );
    return () => question.abort();
  }, [path, version, isLost]);
  return answer;
}
