/** A piece of a run's line: its colour and dash pattern. */
export function Swatch({ colour, dash }: { colour: string; dash: readonly number[] }) {
  return (
    <svg class="swatch" viewBox="0 0 18 4" width="18" height="4" aria-hidden="true">
      <line x1="0" y1="2" x2="18" y2="2" stroke={colour} stroke-width="3" stroke-dasharray={dash.join(' ')} />
    </svg>
  );
}
