/**
 * The 6507: a 6502 without interrupts. Registers and flags; the instructions are in execute.ts.
 * Leaves out cycles within an instruction and dummy accesses. Source: reference console.md section 4.
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { CpuBus } from './bus.ts';
import { execute } from './execute.ts';

/** With three clocks each and a frame's more, time is still a 32-bit number; the console lets it come no further. */
const mostCycles = 705_000_000;

export class Cpu {
  a = 0;
  x = 0;
  y = 0;
  sp = 0xff;
  pc = 0;
  /** Negative when bit 7 is set. */
  n = 0;
  /** The zero flag is set when this is 0. */
  z = 1;
  c = 0;
  /** 0 or 0x80. */
  v = 0;
  d = 0;
  i = 0;
  /** CPU cycles since the counter was last rebased. */
  cycles = 0;
  /** The byte that the data bus carried last. */
  latch = 0;
  /** A jam opcode ran: nothing moves until the next reset. */
  halted = false;

  readonly #bus: CpuBus;

  constructor(bus: CpuBus) {
    this.#bus = bus;
  }

  /** The processor status byte as PHP pushes it. */
  get status(): number {
    const { n, v, d, i, z, c } = this;
    return (n & 0x80) | (v >>> 1) | 0x30 | (d << 3) | (i << 2) | (z === 0 ? 2 : 0) | c;
  }

  /** Registers as after power-on, and the reset vector. */
  reset(): void {
    this.a = this.x = this.y = 0;
    this.sp = 0xff;
    this.n = this.c = this.v = this.d = this.i = 0;
    this.z = 1;
    this.halted = false;
    const low = this.#bus.read(0xfffc, this.cycles, this.latch);
    this.latch = this.#bus.read(0xfffd, this.cycles, low);
    this.pc = low | (this.latch << 8);
  }

  /** Runs until the bus raises `stop`, at most `limit` instructions. */
  run(limit: number): void {
    if (!this.halted) execute(this, this.#bus, limit);
  }

  save(out: SnapshotWriter): void {
    out.int(this.a);
    out.int(this.x);
    out.int(this.y);
    out.int(this.sp);
    out.int(this.pc);
    out.int(this.status);
    out.int(this.cycles);
    out.int(this.latch);
    out.flag(this.halted);
  }

  load(state: SnapshotReader): void {
    this.a = state.intIn(0, 0xff);
    this.x = state.intIn(0, 0xff);
    this.y = state.intIn(0, 0xff);
    this.sp = state.intIn(0, 0xff);
    this.pc = state.intIn(0, 0xffff);
    const status = state.intIn(0, 0xff);
    this.n = status & 0x80;
    this.v = (status << 1) & 0x80;
    this.d = (status >>> 3) & 1;
    this.i = (status >>> 2) & 1;
    this.z = status & 2 ? 0 : 1;
    this.c = status & 1;
    this.cycles = state.intIn(0, mostCycles);
    this.latch = state.intIn(0, 0xff);
    this.halted = state.flag();
  }
}
