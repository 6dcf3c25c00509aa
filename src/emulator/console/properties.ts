/**
 * How a cartridge wants its console set up: controllers, television, where the picture starts.
 * The values and defaults are those of the reference's property records (reference: games.json `console`, console.md sections 2, 3, 6).
 */
import type { Bankswitch } from '../cartridge/schemes.ts';

export type Controller = 'JOYSTICK' | 'PADDLES' | 'NONE';
export type TelevisionFormat = 'NTSC' | 'PAL' | 'SECAM';

export interface ConsoleProperties {
  /** How the cartridge's banks are switched; `auto`: as its size and contents show. */
  readonly bankswitch: Bankswitch;
  readonly left: Controller;
  readonly right: Controller;
  /** The left controller is plugged into the right port and the other way round. */
  readonly swapPorts: boolean;
  /** Exchanges the even and the odd paddle of a port. */
  readonly swapPaddles: boolean;
  /** Only used before the first frame of an episode; the environment then plays with both switches at B. */
  readonly leftDifficulty: 'A' | 'B';
  readonly rightDifficulty: 'A' | 'B';
  readonly television: 'COLOR' | 'BLACKANDWHITE';
  readonly format: 'AUTO-DETECT' | TelevisionFormat;
  /** The first visible scanline after the end of VSYNC. */
  readonly yStart: number;
  /** Visible scanlines. */
  readonly height: number;
  /** Whether HMOVE blanks the first 8 pixels of its line. */
  readonly hmoveBlanks: boolean;
}

export const defaultProperties: ConsoleProperties = {
  bankswitch: 'auto',
  left: 'JOYSTICK',
  right: 'JOYSTICK',
  swapPorts: false,
  swapPaddles: false,
  leftDifficulty: 'B',
  rightDifficulty: 'B',
  television: 'COLOR',
  format: 'AUTO-DETECT',
  yStart: 34,
  height: 210,
  hmoveBlanks: true,
};
