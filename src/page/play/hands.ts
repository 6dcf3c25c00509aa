/**
 * A person's hands on the console: what keys, buttons on the page, pointer and gamepad hold, as the console's controls.
 * Leaves out where it comes from (keyMap.ts, paddle.ts, screen.tsx, gamepad.ts).
 */
import { type Action, type ActionName, actionNames } from '../../emulator/console/action.ts';
import { type Controls, paddleRange } from '../../emulator/console/controls.ts';
import { type Control, controlNames } from './keyMap.ts';
import { ohmsAt, type PaddleTravel, pixelAt } from './paddle.ts';

/** Where a press comes from; the same control may be held by several, and is let go when all let go. */
const sources = ['key', 'button', 'pointer', 'gamepad'] as const;
export type Source = (typeof sources)[number];

const bitOf = Object.fromEntries(sources.map((source, i) => [source, 1 << i])) as Readonly<Record<Source, number>>;

/** By direction bits (up 1, down 2, left 4, right 8) and fire (16): the action; opposite directions cancel. */
const actionOf: readonly Action[] = Array.from({ length: 32 }, (_, held) => {
  const vertical = { 1: 'UP', 2: 'DOWN' }[held & 3] ?? '';
  const horizontal = { 4: 'LEFT', 8: 'RIGHT' }[held & 12] ?? '';
  const name = `${vertical}${horizontal}${held & 16 ? 'FIRE' : ''}`;
  return name === '' ? 0 : actionNames.indexOf(name as ActionName);
});

export class Hands {
  /** How the game's paddle moves. */
  travel: PaddleTravel;
  /** The console's difficulty switches, true at A. */
  leftDifficultyA = false;
  rightDifficultyA = false;
  /** Player A's paddle, ohms. */
  ohms: number = paddleRange.start;
  readonly #held = Object.fromEntries(controlNames.map((name) => [name, 0])) as Record<Control, number>;

  constructor(travel: PaddleTravel) {
    this.travel = travel;
  }

  hold(control: Control, source: Source, on: boolean): void {
    if (on) this.#held[control] |= bitOf[source];
    else this.#held[control] &= ~bitOf[source];
  }

  /** Whoever holds it. */
  letGo(control: Control): void {
    this.#held[control] = 0;
  }

  holds(control: Control): boolean {
    return this.#held[control] !== 0;
  }

  /** Lets go of everything; paddle and difficulty switches stay. */
  release(): void {
    for (const name of controlNames) this.#held[name] = 0;
  }

  /** Turns the paddle to where its middle is at this pixel of the console's screen. */
  point(x: number, y: number): void {
    this.ohms = ohmsAt(this.travel, this.travel.axis === 'x' ? x : y);
  }

  /** Turns the paddle by so many pixels. */
  pointBy(x: number, y: number): void {
    this.ohms = ohmsAt(this.travel, pixelAt(this.travel, this.ohms) + (this.travel.axis === 'x' ? x : y));
  }

  /** Sets the controls for the next frame, and turns the paddle as far as a frame's arrow keys do: as far as an agent's action. */
  apply(controls: Controls): void {
    const held = this.#held;
    const up = held.up === 0 ? 0 : 1;
    const down = held.down === 0 ? 0 : 1;
    const left = held.left === 0 ? 0 : 1;
    const right = held.right === 0 ? 0 : 1;
    const fire = held.fire !== 0;
    controls.setDifficulty(this.leftDifficultyA, this.rightDifficultyA);
    controls.setSwitches(held.reset !== 0, held.select !== 0);
    if (controls.usesPaddles) {
      // Less resistance is to the right, or up.
      const turn = this.travel.axis === 'x' ? left - right : Math.max(down, left) - Math.max(up, right);
      const { min, max, step, start } = paddleRange;
      this.ohms = Math.max(min, Math.min(max, this.ohms + turn * step));
      controls.setPaddles(this.ohms, start, fire);
    } else {
      controls.setJoystick(actionOf[up | (down << 1) | (left << 2) | (right << 3) | (fire ? 16 : 0)]);
    }
  }
}
