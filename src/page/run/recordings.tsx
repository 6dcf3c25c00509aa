/** The GIFs of a run, newest first, each fetched when it comes into view. */
import { useState } from 'preact/hooks';
import type { RecordingEntry, RunSummary } from '../../dashboard/api.ts';
import { bytes, count } from '../format.ts';
import { useAnswer } from '../hooks.ts';
import { runPath } from '../server.ts';

/** So many are shown until a person asks for all. */
const firstShown = 8;

export function Recordings({ run }: { run: RunSummary }) {
  const [showsAll, setShowsAll] = useState(false);
  // A recording is written when a game or an evaluation ends, so that these say when to look again.
  const version = `${run.episodes} ${run.lastEvaluation} ${run.state}`;
  const { value: recordings, error } = useAnswer<RecordingEntry[]>(runPath(run.id, 'recordings'), version);
  const shown = showsAll ? recordings : recordings?.slice(0, firstShown);
  return (
    <section aria-labelledby="recordings-heading">
      <h2 id="recordings-heading">
        Recordings {recordings && recordings.length > 0 && <span class="count">{recordings.length}</span>}
      </h2>
      {error && <p class="problem">{error}</p>}
      {recordings?.length === 0 && (
        <p class="hint">
          None. <code>--record-every 50</code> records every 50th game.
        </p>
      )}
      <ul class="recordings">
        {shown?.map((recording) => (
          <Recording key={recording.file} run={run.id} recording={recording} />
        ))}
      </ul>
      {recordings && recordings.length > firstShown && (
        <button type="button" class="more" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? `Only the newest ${firstShown}` : `All ${recordings.length} recordings`}
        </button>
      )}
    </section>
  );
}

function Recording({ run, recording }: { run: string; recording: RecordingEntry }) {
  const { kind, number, file } = recording;
  const what = kind === 'game' ? `Game ${count(number)}` : `Evaluation at step ${count(number)}`;
  // The time keeps a file that was written again from being taken from the browser's cache.
  const address = `${runPath(run, 'recordings')}/${encodeURIComponent(file)}?at=${recording.modifiedAtMs}`;
  return (
    <li>
      <figure>
        <a href={address}>
          <img src={address} alt={`${what}, recorded`} loading="lazy" width="160" height="210" />
        </a>
        <figcaption>
          {what} <span class="count">{bytes(recording.bytes)}</span>
        </figcaption>
      </figure>
    </li>
  );
}
