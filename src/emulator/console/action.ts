/**
 * The 18 actions of a joystick with one button, numbered as the reference numbers them (reference: console.md section 3).
 */
export const actionNames = [
  'NOOP',
  'FIRE',
  'UP',
  'RIGHT',
  'LEFT',
  'DOWN',
  'UPRIGHT',
  'UPLEFT',
  'DOWNRIGHT',
  'DOWNLEFT',
  'UPFIRE',
  'RIGHTFIRE',
  'LEFTFIRE',
  'DOWNFIRE',
  'UPRIGHTFIRE',
  'UPLEFTFIRE',
  'DOWNRIGHTFIRE',
  'DOWNLEFTFIRE',
] as const;

export type ActionName = (typeof actionNames)[number];

/** The number of an action, 0..17. */
export type Action = number;

/** The numbers of the named actions. */
export function actions(...names: readonly ActionName[]): Action[] {
  return names.map((name) => actionNames.indexOf(name));
}
