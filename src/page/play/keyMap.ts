/**
 * Which key is which control, by its place on the keyboard (`KeyboardEvent.code`), so that W A S D lie together in every layout.
 */

/** What a person can hold or press. */
export const controlNames = [
  'up',
  'down',
  'left',
  'right',
  'fire',
  'reset',
  'select',
  'leftDifficulty',
  'rightDifficulty',
  'pause',
] as const;
export type Control = (typeof controlNames)[number];

const keys: Readonly<Record<string, Control>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  KeyW: 'up',
  KeyS: 'down',
  KeyA: 'left',
  KeyD: 'right',
  Space: 'fire',
  ControlLeft: 'fire',
  ControlRight: 'fire',
  Enter: 'reset',
  Backspace: 'select',
  Digit1: 'leftDifficulty',
  Digit2: 'rightDifficulty',
  KeyP: 'pause',
};

/** What of a keyboard event decides. */
export interface KeyPress {
  readonly code: string;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly ctrlKey: boolean;
}

/** The control of a key; undefined for others and where the press is a shortcut of the browser's or the system's. */
export function controlOf({ code, altKey, metaKey, ctrlKey }: KeyPress): Control | undefined {
  if (!Object.hasOwn(keys, code) || altKey || metaKey) return undefined;
  // Ctrl is a fire button beside the arrows; with a letter or a digit it is a shortcut.
  if (ctrlKey && /^(Key|Digit)/.test(code)) return undefined;
  return keys[code];
}
