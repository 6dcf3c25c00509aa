/**
 * The 6532 RIOT: ports and timer. Its 128 bytes of RAM are the console's memory (console/addressSpace.ts).
 * Leaves out the interrupt pin (the 6507 has none) and port B as an output. Source: reference console.md sections 2, 3 and 5.
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';

/** What is plugged into the ports, one byte each as the console reads them. */
export interface RiotInputs {
  readonly swcha: number;
  readonly swchb: number;
}

/** log2 of the CPU cycles a tick, by the two low bits of the address written: TIM1T, TIM8T, TIM64T, T1024T. */
const prescaleShifts = [0, 3, 6, 10];

export class Riot {
  /** Data direction of port A: reads back, does nothing. */
  ddra = 0;
  /** The value last written to the timer. */
  timer = 0;
  shift = 6;
  /** When the timer was written, in CPU cycles. */
  setCycle = 0;
  /** INTIM was read after the timer had run out, at `readCycle`: the interrupt flag is down again. */
  readAfterEnd = false;
  readCycle = 0;

  readonly #inputs: RiotInputs;

  constructor(inputs: RiotInputs) {
    this.#inputs = inputs;
  }

  /** `timer`: the noise that the timer holds after a reset. */
  reset(timer: number): void {
    this.ddra = 0;
    this.timer = timer;
    this.shift = 6;
    this.setCycle = 0;
    this.readAfterEnd = false;
    this.readCycle = 0;
  }

  /** Moves the origin of time: what was cycle `cycles` is now cycle 0. */
  rebase(cycles: number): void {
    this.setCycle = (this.setCycle - cycles) | 0;
    this.readCycle = (this.readCycle - cycles) | 0;
  }

  read(address: number, cycles: number): number {
    switch (address & 7) {
      case 4:
      case 6:
        return this.#intim(cycles);
      case 0:
        return this.#inputs.swcha;
      case 1:
        return this.ddra;
      case 2:
        return this.#inputs.swchb;
      case 3:
        return 0;
      default: {
        const elapsed = (cycles - 1 - this.setCycle) >>> 0;
        return this.timer - (elapsed >>> this.shift) - 1 >= 0 || this.readAfterEnd ? 0 : 0x80;
      }
    }
  }

  write(address: number, value: number, cycles: number): void {
    if ((address & 7) === 1) this.ddra = value;
    else if ((address & 0x14) === 0x14) {
      this.timer = value;
      this.shift = prescaleShifts[address & 3];
      this.setCycle = cycles;
      this.readAfterEnd = false;
    }
  }

  /** Once the timer has run out it counts single cycles; the first read then is where it counts from. */
  #intim(cycles: number): number {
    const { timer, shift, setCycle } = this;
    const elapsed = (cycles - 1 - setCycle) >>> 0;
    const ticks = timer - (elapsed >>> shift) - 1;
    if (ticks >= 0) return ticks;
    const length = timer << shift;
    const beyond = (length - elapsed - 1) | 0;
    if (beyond <= -2 && !this.readAfterEnd) {
      this.readAfterEnd = true;
      this.readCycle = cycles;
    }
    if (!this.readAfterEnd) return beyond & 0xff;
    return (ticks + 1 - (this.readCycle - (setCycle + length))) & 0xff;
  }

  /** How many times INTIM can be read from `cycles` on, every `stepCycles` cycles, while it is above 0: reads that change nothing. */
  readsAboveZero(cycles: number, stepCycles: number): number {
    const elapsed = (cycles - 1 - this.setCycle) >>> 0;
    const missing = ((this.timer - 1) << this.shift) - elapsed;
    return missing <= 0 ? 0 : ((missing + stepCycles - 1) / stepCycles) | 0;
  }

  save(out: SnapshotWriter): void {
    out.int(this.ddra);
    out.int(this.timer);
    out.int(prescaleShifts.indexOf(this.shift));
    out.int(this.setCycle);
    out.flag(this.readAfterEnd);
    out.int(this.readCycle);
  }

  /** The two times may be any: they count modulo 2^32. */
  load(state: SnapshotReader): void {
    this.ddra = state.intIn(0, 255);
    this.timer = state.intIn(0, 255);
    this.shift = prescaleShifts[state.intIn(0, 3)];
    this.setCycle = state.int();
    this.readAfterEnd = state.flag();
    this.readCycle = state.int();
  }
}
