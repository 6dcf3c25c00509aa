/** The usual way to a mode: SELECT until RAM shows it, then RESET. Games that need another have a procedure in their entry. */
import type { GameState, ModeConsole, ReadRam } from './game.ts';

/**
 * Presses SELECT until `reached`, each time for `frames` frames, then a soft reset. Nothing is pressed in a mode that is there already.
 * A game may change mode only after SELECT was held for some frames, or once every so many: `frames` is the reference's choice.
 */
export function pressSelectUntil(reached: (read: ReadRam, mode: number) => boolean, frames: number) {
  return (console: ModeConsole<GameState>, mode: number): void => {
    console.repeatUntil(
      () => reached(console.read, mode),
      () => console.pressSelect(frames),
    );
    console.softReset();
  };
}
