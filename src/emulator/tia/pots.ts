/**
 * INPT0..INPT3: capacitors that the TIA dumps to ground and that a paddle's resistance charges again; a joystick's port never does.
 * Source: reference console.md section 3.
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';

/** The resistance of a port with nothing that charges its capacitors, and the largest one. */
export const openCircuit = 0x7fffffff;

export class Pots {
  /** VBLANK bit 7: the capacitors are held at ground. */
  dumped = false;
  /** When they were let go, in CPU cycles. */
  releaseCycle = 0;

  /** Ohms at INPT0..INPT3. */
  readonly #resistances: ArrayLike<number>;

  constructor(resistances: ArrayLike<number>) {
    this.#resistances = resistances;
  }

  reset(): void {
    this.dumped = false;
    this.releaseCycle = 0;
  }

  rebase(cycles: number): void {
    this.releaseCycle = (this.releaseCycle - cycles) | 0;
  }

  dump(on: boolean, cycles: number): void {
    if (this.dumped && !on) this.releaseCycle = cycles;
    this.dumped = on;
  }

  /** Bit 7 of INPT`index`: 0x80 once charged. The comparison is the reference's, unsigned in 32 bits. */
  read(index: number, cycles: number): number {
    const resistance = this.#resistances[index];
    if (resistance === 0) return 0x80;
    if (resistance === openCircuit || this.dumped) return 0;
    const needed = Math.trunc(1.6 * resistance * 0.01e-6 * 1.19e6);
    return cycles >>> 0 > (this.releaseCycle + needed) >>> 0 ? 0x80 : 0;
  }

  save(out: SnapshotWriter): void {
    out.flag(this.dumped);
    out.int(this.releaseCycle);
  }

  load(state: SnapshotReader): void {
    this.dumped = state.flag();
    this.releaseCycle = state.int();
  }
}
