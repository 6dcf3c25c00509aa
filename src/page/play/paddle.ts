/**
 * A pointer as a paddle: where on the screen it stands is where the paddle goes.
 * Leaves out the paddle's electronics (src/emulator/tia/pots.ts).
 */
import { paddleRange } from '../../emulator/console/controls.ts';
import type { Game } from '../../games/game.ts';

/** Along which side of the screen a paddle moves, and the pixel of its middle at the largest and at the smallest resistance. */
export interface PaddleTravel {
  readonly axis: 'x' | 'y';
  /** Pixels of the console: from the left (0..159) or from the top. */
  readonly atMost: number;
  readonly atLeast: number;
}

/** Our own games, whose paddles go all the way (measured: tests/page/paddle.test.ts). */
const ownTravel: Readonly<Record<string, PaddleTravel>> = {
  'pong.bin': { axis: 'y', atMost: 185, atLeast: 42 },
  'bricks.bin': { axis: 'x', atMost: 16, atLeast: 144 },
};

/** A genuine game's: the whole screen but its borders. Video Olympics is the one with upright paddles. */
const acrossTravel: PaddleTravel = { axis: 'x', atMost: 8, atLeast: 152 };
const uprightTravel: PaddleTravel = { axis: 'y', atMost: 190, atLeast: 20 };

export function paddleTravel(game: Game | undefined): PaddleTravel {
  if (game?.ownImage !== undefined && Object.hasOwn(ownTravel, game.ownImage)) return ownTravel[game.ownImage];
  return game?.id === 'pong' ? uprightTravel : acrossTravel;
}

/** The resistance, ohms, that brings the paddle's middle to a pixel along its axis, as far as it goes. */
export function ohmsAt(travel: PaddleTravel, pixel: number): number {
  const { min, max } = paddleRange;
  const part = (pixel - travel.atMost) / (travel.atLeast - travel.atMost);
  return Math.round(max + Math.max(0, Math.min(1, part)) * (min - max));
}

/** The pixel of the paddle's middle at a resistance: the inverse of `ohmsAt`. */
export function pixelAt(travel: PaddleTravel, ohms: number): number {
  const { min, max } = paddleRange;
  return travel.atMost + ((max - ohms) / (max - min)) * (travel.atLeast - travel.atMost);
}
