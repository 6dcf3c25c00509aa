/** Which cartridge is played: one of our own, or a file of the user's, and by which rules where its MD5 is unknown. */
import { useRef } from 'preact/hooks';
import { gameNames, gamesNamed } from '../../games/registry.ts';
import type { LoadedCartridge } from './cartridges.ts';

export interface CartridgeChoiceProps {
  readonly cartridges: readonly LoadedCartridge[];
  readonly chosen: LoadedCartridge;
  readonly onChoose: (cartridge: LoadedCartridge) => void;
}

export function CartridgeChoice({ cartridges, chosen, onChoose }: CartridgeChoiceProps) {
  const rulesOf = (id: string): void => {
    // A genuine cartridge's rather than ours: an unknown image is more likely a dump of that.
    const entries = gamesNamed(id);
    onChoose({ ...chosen, game: entries.find((game) => game.ownImage === undefined) ?? entries[0] });
  };
  return (
    <>
      <span class="play-choice">
        <label for="play-game">Game</label>
        <select
          id="play-game"
          value={chosen.md5}
          onChange={({ currentTarget }) => onChoose(cartridges.find(({ md5 }) => md5 === currentTarget.value)!)}
        >
          {cartridges.map(({ md5, title }) => (
            <option key={md5} value={md5}>
              {title}
            </option>
          ))}
        </select>
      </span>
      {chosen.isUnknown && (
        <span class="play-choice">
          <label for="play-rules">Rules</label>
          <select
            id="play-rules"
            value={chosen.game?.id ?? ''}
            onChange={({ currentTarget }) => rulesOf(currentTarget.value)}
          >
            <option value="">none: no score</option>
            {gameNames().map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </span>
      )}
    </>
  );
}

/** Takes a file, by a button or dropped on the view (play.tsx). */
export function FileButton({ onFile }: { readonly onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        title="The file stays in this browser. It can also be dropped here."
        onClick={() => input.current!.click()}
      >
        Your own cartridge…
      </button>
      <input
        ref={input}
        type="file"
        class="hidden"
        accept=".bin,.a26,.rom"
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file !== undefined) onFile(file);
          currentTarget.value = '';
        }}
      />
    </>
  );
}
