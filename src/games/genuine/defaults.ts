/**
 * What most genuine cartridges have in common, so that an entry says only what is particular to its game.
 * Source of every entry in this folder: reference games.json; `read(0x8d)` there is written `r(0x8D)`.
 */
import { type Action, type ActionName, actionNames, actions } from '../../emulator/console/action.ts';
import { fires } from '../../emulator/console/controls.ts';

export const defaults = {
  console: {},
  startingActions: [],
  modes: [0],
  defaultMode: 0,
  difficulties: [0],
  defaultDifficulty: 0,
  initialLives: 0,
  initialState: {},
  lives: () => 0,
};

/** The whole joystick. */
export const allActions: readonly Action[] = actionNames.map((_, action) => action);

/** What presses the button, alone or with a direction. */
export const fireActions: readonly Action[] = allActions.filter(fires);

/** An action for so many frames. */
export const held = (name: ActionName, frames: number): Action[] => new Array<Action>(frames).fill(actions(name)[0]);

/** All whole numbers from `first` to `last`. */
export const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
