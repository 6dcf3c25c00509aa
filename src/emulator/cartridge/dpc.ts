/**
 * DPC (Pitfall II): two banks of 4 KiB selected by 0x1FF8 and 0x1FF9, and a chip that reads 2 KiB of display data by itself. Its registers
 * lie at 0x1000..0x103F (read) and 0x1040..0x107F (write), the fetcher in the address's low three bits, the function in the next three:
 *
 *     read   0  random number (fetchers 0..3), sum of the three voices (4..7)     write  0  top; clears the flag
 *            1  display data                                                             1  bottom
 *            2  display data AND flag                                                    2  counter, low byte
 *            3  the same with its halves exchanged                                       3  counter, high bits 0..2; bit 4: music (5..7)
 *            4  the same with its bits in reverse                                        6  random number starts anew
 *            5  the same rotated right          6  the same rotated left
 *            7  the flag, 0xFF or 0
 *
 * Every read counts the address's fetcher down, that of a random number, too. Its flag goes up where the counter's low byte equals `top`,
 * down where it equals `bottom`; data is stored back to front. Fetchers 5..7 in music mode are counted by an oscillator instead, from
 * `top` round to `top`, and the flag is the voice's square wave.
 *
 * Modelled with less than the hardware has: the oscillator, a resistor's and a capacitor's on each board, runs at 20,000 Hz; the random
 * number, which the hardware shifts with every access to the cartridge, is shifted by those to its registers and to 0x1FC0..0x1FFF. No
 * reset reaches the cartridge's edge: only the bank starts anew. Left out: the registers' second appearance at 0x1800.
 * Sources: US patent 4,644,495 (Crane, "Video memory system"); Kevin Horton, "Mostly Inclusive Atari 2600 Mapper / Selected Hardware
 * Document" (DPC).
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { Cartridge, CartridgeSpace } from './cartridge.ts';

const bankSize = 0x1000;
const programSize = 2 * bankSize;
const displaySize = 0x800;
const registersEnd = 0x1080;
const lastPage = 0x1fc0;
const bankHotspot = 0x1ff8;
const startBank = 1;
const fetchers = 8;
const firstVoice = 5;
const musicBit = 0x10;
/** After power-on and after a write to function 6. */
const randomStart = 1;
/** The CPU's 3,579,575 / 3 cycles a second and the oscillator's 20,000 clocks, in lowest terms. */
const cyclesPerBeat = 143_183;
const clocksPerBeat = 2_400;
/** The volume for each set of voices that are up: fetcher 5 (bit 0) adds 4, fetcher 6 adds 5, fetcher 7 adds 6. */
const amplitudes = [0, 4, 5, 9, 6, 10, 11, 15];

/** The next number of the shift register: bits 7, 5, 4 and 3 decide, inverted, what comes in below. */
function nextRandom(value: number): number {
  const parity = (value >>> 7) ^ (value >>> 5) ^ (value >>> 4) ^ (value >>> 3);
  return ((value << 1) & 0xff) | (~parity & 1);
}

function reversed(value: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) result |= ((value >>> bit) & 1) << (7 - bit);
  return result;
}

export class DpcCartridge implements Cartridge {
  readonly scheme = 'DPC';
  readonly rom: Uint8Array;
  /** What answers at the read registers: the answer is put here just before it is read. */
  readonly ramSize = 0x40;
  bank = startBank;
  readonly tops = new Uint8Array(fetchers);
  readonly bottoms = new Uint8Array(fetchers);
  /** 11 bits. */
  readonly counters = new Uint16Array(fetchers);
  /** 0xFF or 0. */
  readonly flags = new Uint8Array(fetchers);
  /** Fetchers in music mode, a bit each. */
  musicModes = 0;
  randomNumber = randomStart;
  /** When the oscillator was looked at last, and what it has run since its last clock, in `cyclesPerBeat`ths. */
  #heardAt = 0;
  #phase = 0;
  readonly #displayData: Uint8Array;
  #space!: CartridgeSpace;

  /** `image`: 8,192 bytes of program, 2,048 of display data, then possibly the random numbers, which are not needed. */
  constructor(image: Uint8Array) {
    this.rom = image.slice(0, programSize);
    this.#displayData = image.slice(programSize, programSize + displaySize);
  }

  attach(space: CartridgeSpace): void {
    this.#space = space;
    space.watch(0x1000, registersEnd - 0x1000);
    space.watch(lastPage, 0x40);
    space.mapRamRead(0x1000, this.ramSize, 0);
  }

  reset(): void {
    this.#heardAt = 0;
    this.#select(startBank);
  }

  access(address: number, value: number, cycles: number): void {
    if (address >= registersEnd && address < lastPage) return;
    this.randomNumber = nextRandom(this.randomNumber);
    if (address >= lastPage) {
      const bank = address - bankHotspot;
      if (bank === 0 || bank === 1) this.#select(bank);
    } else if (address >= 0x1040) {
      if (value >= 0) this.#write(address & 7, (address >>> 3) & 7, value, cycles);
    } else if (value < 0) {
      this.#space.cartridgeRam[address & 0x3f] = this.#read(address & 7, (address >>> 3) & 7, cycles);
    }
  }

  rebase(cycles: number): void {
    this.#runOscillator(Math.max(cycles, this.#heardAt));
    this.#heardAt -= cycles;
  }

  #read(fetcher: number, register: number, cycles: number): number {
    this.#runOscillator(cycles);
    const low = this.counters[fetcher] & 0xff;
    if (low === this.tops[fetcher]) this.flags[fetcher] = 0xff;
    else if (low === this.bottoms[fetcher]) this.flags[fetcher] = 0;
    const flag = this.flags[fetcher];
    const data = this.#displayData[displaySize - 1 - this.counters[fetcher]];
    if (!this.#plays(fetcher)) this.counters[fetcher] = (this.counters[fetcher] - 1) & (displaySize - 1);
    const masked = data & flag;
    switch (register) {
      case 0:
        return fetcher < 4 ? this.randomNumber : this.#amplitude();
      case 1:
        return data;
      case 2:
        return masked;
      case 3:
        return ((masked << 4) | (masked >>> 4)) & 0xff;
      case 4:
        return reversed(masked);
      case 5:
        return ((masked << 7) | (masked >>> 1)) & 0xff;
      case 6:
        return ((masked << 1) | (masked >>> 7)) & 0xff;
      default:
        return flag;
    }
  }

  #write(fetcher: number, register: number, value: number, cycles: number): void {
    this.#runOscillator(cycles);
    const counter = this.counters[fetcher];
    switch (register) {
      case 0:
        this.tops[fetcher] = value;
        this.flags[fetcher] = 0;
        return;
      case 1:
        this.bottoms[fetcher] = value;
        return;
      case 2:
        // A voice starts its wave anew, whatever is written.
        this.counters[fetcher] = (counter & 0x700) | (this.#plays(fetcher) ? this.tops[fetcher] : value);
        return;
      case 3:
        this.counters[fetcher] = ((value & 7) << 8) | (counter & 0xff);
        if (fetcher < firstVoice) return;
        if (value & musicBit) this.musicModes |= 1 << fetcher;
        else this.musicModes &= ~(1 << fetcher);
        return;
      case 6:
        this.randomNumber = randomStart;
    }
  }

  #plays(fetcher: number): boolean {
    return (this.musicModes & (1 << fetcher)) !== 0;
  }

  #amplitude(): number {
    return amplitudes[
      ((this.flags[5] & 1) | (this.flags[6] & 2) | (this.flags[7] & 4)) & (this.musicModes >>> firstVoice)
    ];
  }

  /** Lets the voices play up to `cycles`. */
  #runOscillator(cycles: number): void {
    const run = this.#phase + (cycles - this.#heardAt) * clocksPerBeat;
    const clocks = Math.floor(run / cyclesPerBeat);
    this.#heardAt = cycles;
    this.#phase = run - clocks * cyclesPerBeat;
    if (clocks === 0) return;
    for (let fetcher = firstVoice; fetcher < fetchers; fetcher++) {
      if (!this.#plays(fetcher)) continue;
      const top = this.tops[fetcher];
      let low = (this.counters[fetcher] & 0xff) - (clocks % (top + 1));
      if (low < 0) low += top + 1;
      this.counters[fetcher] = (this.counters[fetcher] & 0x700) | low;
      if (low <= this.bottoms[fetcher]) this.flags[fetcher] = 0;
      else if (low <= top) this.flags[fetcher] = 0xff;
    }
  }

  #select(bank: number): void {
    this.bank = bank;
    // Where the chip is written, reading gives ROM.
    this.#space.mapRom(0x1040, bankSize - 0x40, bank * bankSize + 0x40);
  }

  save(out: SnapshotWriter): void {
    out.int(this.bank);
    for (let fetcher = 0; fetcher < fetchers; fetcher++) {
      out.int(this.tops[fetcher]);
      out.int(this.bottoms[fetcher]);
      out.int(this.counters[fetcher]);
      out.flag(this.flags[fetcher] !== 0);
    }
    out.int(this.musicModes);
    out.int(this.randomNumber);
    out.int(this.#heardAt);
    out.int(this.#phase);
  }

  load(state: SnapshotReader): void {
    this.#select(state.intIn(0, 1));
    for (let fetcher = 0; fetcher < fetchers; fetcher++) {
      this.tops[fetcher] = state.intIn(0, 0xff);
      this.bottoms[fetcher] = state.intIn(0, 0xff);
      this.counters[fetcher] = state.intIn(0, displaySize - 1);
      this.flags[fetcher] = state.flag() ? 0xff : 0;
    }
    this.musicModes = state.intIn(0, 0xff);
    this.randomNumber = state.intIn(0, 0xff);
    this.#heardAt = state.intIn(0, 0x7fffffff);
    this.#phase = state.intIn(0, cyclesPerBeat - 1);
  }
}
