/**
 * What is plugged into the console and how it is held: joysticks, paddles, the console's switches, as the chips read them.
 * Leaves out keyboards, driving controllers and a second player, who never moves. Source: reference console.md sections 2 and 3.
 */
import type { RiotInputs } from '../riot/riot.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { openCircuit } from '../tia/pots.ts';
import type { TiaInputs } from '../tia/tia.ts';
import type { Action } from './action.ts';
import type { ConsoleProperties } from './properties.ts';

/** Ohms of player A's paddle: its ends and where it stands after a reset, and how far one frame turns it. */
export const paddleRange = { min: 27450, max: 790196, start: 408823, step: 23000 } as const;

/** Bits of an action's direction, as the stick's switches lie in a nibble of SWCHA. */
const up = 1;
const down = 2;
const left = 4;
const right = 8;
/** By action: NOOP FIRE UP RIGHT LEFT DOWN UR UL DR DL, then the same eight directions with FIRE. */
const directions = [up, right, left, down, up | right, up | left, down | right, down | left];
const stickOfAction = [0, 0, ...directions, ...directions];

/** Whether an action presses the button. */
export function fires(action: Action): boolean {
  return action === 1 || action >= 10;
}

/** SWCHB bits that are always set (2, 4, 5). */
const unusedSwitches = 0x34;
const resetUp = 0x01;
const selectUp = 0x02;
const colourSwitch = 0x08;
const leftDifficultyA = 0x40;
const rightDifficultyA = 0x80;

export class Controls implements RiotInputs, TiaInputs {
  /** Port A: a pressed switch is 0. */
  swcha = 0xff;
  swchb = 0;
  /** Bit 7: not pressed. */
  inpt4 = 0x80;
  inpt5 = 0x80;
  /** Ohms at INPT0..INPT3. */
  readonly resistances = new Int32Array(4);
  /** Whether player A turns a paddle. */
  readonly usesPaddles: boolean;

  /** Where player A's joystick lies in SWCHA, and whether its button is INPT4. */
  readonly #stickShift: number;
  readonly #inLeftPort: boolean;
  /** The INPT numbers of player A's and player B's paddle, and the SWCHA bit of player A's paddle button. */
  readonly #paddleA: number;
  readonly #paddleB: number;
  readonly #paddleButton: number;
  readonly #television: number;
  #difficulty = 0;
  #resetKey = false;
  #selectKey = false;

  constructor(properties: ConsoleProperties) {
    const { left, right, swapPorts, swapPaddles } = properties;
    this.usesPaddles = left === 'PADDLES' || right === 'PADDLES';
    this.#inLeftPort = !swapPorts;
    this.#stickShift = swapPorts ? 0 : 4;
    // The paddles of players A and B are the pair of the left controller; those of a right controller nobody turns.
    const firstInput = swapPorts ? 2 : 0;
    this.#paddleA = left === 'PADDLES' ? firstInput + (swapPaddles ? 1 : 0) : -1;
    this.#paddleB = left === 'PADDLES' ? firstInput + (swapPaddles ? 0 : 1) : -1;
    this.#paddleButton = (swapPorts ? 0x08 : 0x80) >> (swapPaddles ? 1 : 0);
    this.resistances.fill(openCircuit);
    if (left === 'PADDLES') this.resistances.fill(0, firstInput, firstInput + 2);
    if (right === 'PADDLES') this.resistances.fill(0, 2 - firstInput, 4 - firstInput);
    this.#television = properties.television === 'COLOR' ? colourSwitch : 0;
    this.setDifficulty(properties.leftDifficulty === 'A', properties.rightDifficulty === 'A');
  }

  /** Holds player A's joystick as an action says. */
  setJoystick(action: Action): void {
    this.swcha = 0xff & ~(stickOfAction[action] << this.#stickShift);
    const button = fires(action) ? 0 : 0x80;
    this.inpt4 = this.#inLeftPort ? button : 0x80;
    this.inpt5 = this.#inLeftPort ? 0x80 : button;
  }

  /** Turns the paddles of players A and B to `ohmsA` and `ohmsB`; `fire` holds player A's button. */
  setPaddles(ohmsA: number, ohmsB: number, fire: boolean): void {
    if (this.#paddleA < 0) return;
    this.resistances[this.#paddleA] = ohmsA;
    this.resistances[this.#paddleB] = ohmsB;
    this.swcha = fire ? 0xff & ~this.#paddleButton : 0xff;
  }

  /** Where player A's paddle stands, ohms; 0 without one. */
  get paddleOhms(): number {
    return this.#paddleA < 0 ? 0 : this.resistances[this.#paddleA];
  }

  /** Lets go of everything that a player holds; paddles stay where they are. */
  release(): void {
    this.swcha = 0xff;
    this.inpt4 = this.inpt5 = 0x80;
  }

  /** Holds the console's RESET and SELECT switches down. */
  setSwitches(reset: boolean, select: boolean): void {
    this.#resetKey = reset;
    this.#selectKey = select;
    this.#updateSwchb();
  }

  get resetHeld(): boolean {
    return this.#resetKey;
  }

  /** Difficulty A (true) or B for the left and right player. */
  setDifficulty(leftA: boolean, rightA: boolean): void {
    this.#difficulty = (leftA ? leftDifficultyA : 0) | (rightA ? rightDifficultyA : 0);
    this.#updateSwchb();
  }

  #updateSwchb(): void {
    this.swchb =
      unusedSwitches |
      this.#television |
      this.#difficulty |
      (this.#resetKey ? 0 : resetUp) |
      (this.#selectKey ? 0 : selectUp);
  }

  save(out: SnapshotWriter): void {
    out.int(this.swcha);
    out.int(this.inpt4);
    out.int(this.inpt5);
    for (let i = 0; i < 4; i++) out.int(this.resistances[i]);
    out.int(this.#difficulty);
    out.flag(this.#resetKey);
    out.flag(this.#selectKey);
  }

  load(state: SnapshotReader): void {
    this.swcha = state.intIn(0, 0xff);
    this.inpt4 = state.intIn(0, 0x80);
    this.inpt5 = state.intIn(0, 0x80);
    for (let i = 0; i < 4; i++) this.resistances[i] = state.intIn(0, openCircuit);
    this.#difficulty = state.intIn(0, 0xff) & (leftDifficultyA | rightDifficultyA);
    this.#resetKey = state.flag();
    this.#selectKey = state.flag();
    this.#updateSwchb();
  }
}
