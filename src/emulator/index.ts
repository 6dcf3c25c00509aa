/**
 * `wgsl-dqn/emulator`: an Atari 2600 that runs frame by frame, under Bun, Node and in browsers, with no GPU, files or packages.
 *
 *   const console = new Console(bytes);
 *   console.controls.setJoystick(actions('FIRE')[0]);
 *   for (let frame = 0; frame < 60; frame++) console.runFrame();
 *   console.screen; // 160 x screenHeight bytes, each a colour register; coloursOf(console.format).rgb gives 0xRRGGBB
 *   console.ram;    // the 128 bytes of RIOT RAM, live
 *
 * `snapshot` and `restore` take a console back and forth, `clone` makes a second one. Mistakes of the caller are UserErrors: cartridges that
 * cannot be played, pictures that do not fit, snapshots of something else.
 * Leaves out: games (wgsl-dqn/env), sound, and the chips by themselves, which are no promise.
 */
export { UserError } from '../errors.ts';
export type { Cartridge } from './cartridge/cartridge.ts';
export { identifyScheme } from './cartridge/identify.ts';
export { type Bankswitch, bankswitchChoices, type Scheme } from './cartridge/schemes.ts';
export { type Action, type ActionName, actionNames, actions } from './console/action.ts';
export { type Colours, coloursOf } from './console/colours.ts';
export { Console } from './console/console.ts';
export { type Controls, paddleRange } from './console/controls.ts';
export {
  type ConsoleProperties,
  type Controller,
  defaultProperties,
  type TelevisionFormat,
} from './console/properties.ts';
