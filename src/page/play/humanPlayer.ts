/** A person at a console in the browser. Leaves out the clock (stage.ts) and where the hands' presses come from (hands.ts). */
import type { Bankswitch } from '../../emulator/cartridge/schemes.ts';
import { Arcade } from '../../env/arcade.ts';
import type { LoadedCartridge } from './cartridges.ts';
import { Hands } from './hands.ts';
import { paddleTravel } from './paddle.ts';

export class HumanPlayer {
  readonly cartridge: LoadedCartridge;
  readonly hands: Hands;
  readonly arcade: Arcade;

  /** Switches a console on. Throws UserError for a cartridge that cannot be played. */
  constructor(cartridge: LoadedCartridge, bankswitch: Bankswitch = 'auto') {
    const { rom, game } = cartridge;
    this.cartridge = cartridge;
    this.arcade = new Arcade({ rom, game, bankswitch, seed: 0 });
    this.hands = new Hands(paddleTravel(game));
    this.#takeOver();
  }

  /** Begins a game: at `start`, an arcade's snapshot, or as the console does when it is reset. */
  begin(start?: Uint8Array): void {
    if (start === undefined) this.arcade.reset();
    else this.arcade.restore(start);
    this.#takeOver();
  }

  /** Plays a frame with what the hands hold. */
  frame(): void {
    this.hands.apply(this.arcade.console.controls);
    this.arcade.actByHand();
  }

  /** Hands on paddle and switches as they stand. */
  #takeOver(): void {
    const { arcade, hands } = this;
    hands.release();
    hands.leftDifficultyA = (arcade.difficulty & 1) !== 0;
    hands.rightDifficultyA = (arcade.difficulty & 2) !== 0;
    if (arcade.console.controls.usesPaddles) hands.ohms = arcade.console.controls.paddleOhms;
  }
}
