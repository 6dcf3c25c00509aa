/** Ticks a run for the charts; ticked, it shows the run's line. */
import type { RunSummary } from '../../dashboard/api.ts';
import { styleOf } from '../curves/colours.ts';
import { Swatch } from '../curves/swatch.tsx';
import { theme } from '../theme.ts';
import { useValue } from '../value.ts';

interface Props {
  readonly run: RunSummary;
  readonly place: number | undefined;
  readonly tick: (id: string, on: boolean) => void;
}

export function TickBox({ run, place, tick }: Props) {
  const shownTheme = useValue(theme);
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={place !== undefined}
        aria-label={`Curves of ${run.id}`}
        onChange={(event) => tick(run.id, event.currentTarget.checked)}
      />
      {place === undefined ? <span class="swatch" /> : <Swatch {...styleOf(place, shownTheme)} />}
    </label>
  );
}
