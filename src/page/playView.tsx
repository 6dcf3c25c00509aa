/** The view that plays in the browser: what it is made of lies in play/ and is fetched when it is first opened. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { route } from './route.ts';

export function PlayView() {
  const container = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [isLoading, setLoading] = useState(true);

  useEffect(() => {
    let unmount: (() => void) | undefined;
    let isGone = false;
    import('./play/play.tsx').then(
      ({ mountPlay }) => {
        if (isGone) return;
        setLoading(false);
        unmount = mountPlay(container.current!, { run: route.current.ids[0] });
      },
      (error) => setProblem(`The console could not be loaded: ${error}`),
    );
    return () => {
      isGone = true;
      unmount?.();
    };
  }, []);

  return (
    <>
      {problem ? <p class="problem">{problem}</p> : isLoading && <p class="empty">Loading the console…</p>}
      <div ref={container} class="play-view" />
    </>
  );
}
