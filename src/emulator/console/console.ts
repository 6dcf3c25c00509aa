/**
 * An Atari 2600: CPU, TIA, RIOT and a cartridge wired together, switched on, and run frame by frame.
 * Leaves out sound, and games: src/env/arcade.ts knows episodes. Source: reference console.md sections 1, 2 and 6.
 */
import { UserError } from '../../errors.ts';
import { Mt19937 } from '../../random.ts';
import { type Cartridge, fillWithNoise } from '../cartridge/cartridge.ts';
import { createCartridge } from '../cartridge/identify.ts';
import { Cpu } from '../cpu/cpu.ts';
import { Riot } from '../riot/riot.ts';
import { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { Television } from '../tia/beam.ts';
import { bufferRows } from '../tia/raster.ts';
import { Tia } from '../tia/tia.ts';
import { type AddressSpace, createAddressSpace } from './addressSpace.ts';
import { Controls } from './controls.ts';
import { Frames } from './frames.ts';
import { type ConsoleProperties, defaultProperties, type TelevisionFormat } from './properties.ts';

/** Where the reference's console starts its noise. */
const noiseSeed = 4753849;

/** Detection of the television format: of 60 frames the last 30 count, and 15 long ones mean PAL. */
const detectionFrames = 60;
const detectionSettled = 30;
const longFrameLines = 285;
const longFramesOfPal = 15;
const defaultHeight = 210;
const palHeight = 250;

/** A frame that has not ended by then is shown unfinished; the next one goes on with it. */
const instructionsPerFrame = 25000;

/** A frame that has gone on for so long, ten minutes, begins to forget its oldest lines, so that its time stays a 32-bit number. */
const longFrameCycles = 700_000_000;
const forgottenCycles = 76 * 4_000_000;

/** The screen has at least so many rows. */
const minScreenHeight = 200;

/** 2: random generators by their place in the sequence, numbers with their ranges, a checksum. */
const snapshotVersion = 2;

export class Console {
  readonly properties: ConsoleProperties;
  readonly format: TelevisionFormat;
  readonly screenWidth = 160;
  readonly screenHeight: number;
  /** RIOT RAM, addresses 0x80..0xFF: the live 128 bytes. */
  readonly ram: Uint8Array;
  /** Joysticks, paddles and switches: set them before `runFrame`. */
  readonly controls: Controls;
  readonly cartridge: Cartridge;
  /** Lines of the last `runFrame`; a frame that goes on after it counts from its start. */
  scanlines = 0;

  readonly #rom: Uint8Array;
  readonly #random: Mt19937;
  readonly #cpu: Cpu;
  readonly #tia: Tia;
  readonly #riot: Riot;
  readonly #space: AddressSpace;
  readonly #identity: number;
  readonly #frames: Frames;
  #television: Television;
  /** The frame under way has not ended; it was greyed once already. */
  #unfinished = false;
  #greyed = false;
  #snapshotBytes = 0;

  /**
   * Switches the console on: RAM full of noise, the television format found out by running 60 frames, then a reset.
   * @param rom the bytes of the cartridge image
   * @param properties what differs from `defaultProperties`
   * @param original a console with this cartridge and these properties of which this one becomes a copy (`clone`); it is not switched on
   * @throws UserError for a cartridge that cannot be played, or a picture larger than the console's
   */
  constructor(rom: Uint8Array, properties: Partial<ConsoleProperties> = {}, original?: Console) {
    const wanted = { ...defaultProperties, ...properties };
    expectPictureFits(wanted.yStart, wanted.height);
    this.#rom = rom;
    this.#random = original === undefined ? new Mt19937(noiseSeed) : original.#random.clone();
    // A copy need not find its bank switching out again.
    this.cartridge = createCartridge(rom, original === undefined ? wanted.bankswitch : original.cartridge.scheme);
    this.controls = new Controls(wanted);
    let format: TelevisionFormat = wanted.format === 'AUTO-DETECT' ? 'NTSC' : wanted.format;
    this.#television = original === undefined ? television(wanted, format, wanted.height) : original.#television;
    this.#tia = new Tia(this.controls, this.#television);
    this.#riot = new Riot(this.controls);
    this.#space = createAddressSpace(this.cartridge, this.#tia, this.#riot);
    this.#cpu = new Cpu(this.#space);
    this.ram = this.#space.ram;
    const console = this;
    this.#frames = new Frames({
      raster: this.#tia.raster,
      get unfinished() {
        return console.#unfinished;
      },
      runFrame: (paint) => this.#runFrame(paint),
      save: (out) => this.#saveChips(out),
      load: (state) => this.#loadChips(state),
    });
    if (original === undefined) {
      fillWithNoise(this.ram, this.#random);
      this.#random.nextU32();
      if (wanted.format === 'AUTO-DETECT') {
        this.systemReset();
        format = this.#detectFormat();
      }
      const height = format !== 'NTSC' && wanted.height === defaultHeight ? palHeight : wanted.height;
      expectPictureFits(wanted.yStart, height);
      this.#television = television(wanted, format, height);
      this.systemReset();
      this.format = format;
      this.properties = { ...wanted, height };
      this.#identity = fnv1a(
        rom,
        new TextEncoder().encode(JSON.stringify([this.cartridge.scheme, format, this.properties])),
      );
    } else {
      this.format = original.format;
      this.properties = original.properties;
      this.#identity = original.#identity;
      this.#snapshotBytes = original.snapshotBytes;
    }
    this.screenHeight = Math.max(this.properties.height, minScreenHeight);
  }

  /**
   * The current picture: 160 * `screenHeight` bytes row by row, each the value of the colour register shown (an even number, so
   * palette index = byte >> 1; 0 is black), odd where PAL lost its colour. A view of a buffer that later frames draw into: copy it to keep it.
   */
  get screen(): Uint8Array {
    this.#frames.drawCurrent();
    return this.#tia.raster.pixels.subarray(0, this.screenWidth * this.screenHeight);
  }

  /** The picture that `screen` was before the last `runFrame`, in the same form. Of no use after a reset or `restore`. */
  get previousScreen(): Uint8Array {
    return this.#frames.previous().subarray(0, this.screenWidth * this.screenHeight);
  }

  /** RAM on the cartridge, live; empty for most. */
  get cartridgeRam(): Uint8Array {
    return this.#space.cartridgeRam;
  }

  /** What the switch does: chips and CPU start anew, RAM keeps its contents. */
  systemReset(): void {
    this.#cpu.cycles = 0;
    this.#riot.reset((25 + (this.#random.nextU32() % 75)) | 0);
    this.#tia.reset(this.#television);
    this.cartridge.reset(this.#random);
    this.#frames.forget();
    this.#cpu.reset();
  }

  /**
   * Runs until the cartridge ends its television frame, or for 25,000 instructions.
   * @param draw false when nobody will look at this frame's picture; all else is the same
   */
  runFrame(draw = true): void {
    this.#frames.run(draw);
  }

  #runFrame(paint: boolean): boolean {
    const cpu = this.#cpu;
    const tia = this.#tia;
    const space = this.#space;
    if (!this.#unfinished) {
      tia.startFrame(cpu.cycles);
      this.#rebase(cpu.cycles);
      this.#unfinished = true;
      this.#greyed = false;
    } else if (cpu.cycles > longFrameCycles) {
      // Whole lines are forgotten, all of them long after the end of the picture.
      tia.rebase(forgottenCycles);
      this.#rebase(forgottenCycles);
    }
    tia.beam.painting = paint;
    space.stop = tia.frameDone;
    cpu.run(instructionsPerFrame);
    tia.beam.flush();
    this.scanlines = tia.lines(cpu.cycles);
    if (tia.frameDone) {
      this.#unfinished = false;
      tia.lastLines = this.scanlines;
      return tia.beam.complete;
    }
    if (!this.#greyed) {
      this.#greyed = true;
      // A frame that is not painted now will be, from its start.
      if (paint) tia.greyFrom(this.scanlines);
    }
    return false;
  }

  /** Moves the origin of time of all but the TIA. */
  #rebase(cycles: number): void {
    this.#riot.rebase(cycles);
    this.cartridge.rebase?.(cycles);
    this.#cpu.cycles -= cycles;
  }

  /** Leaves the last byte of RAM on the data bus, as reading all of RAM over it does. */
  touchRam(): void {
    this.#cpu.latch = this.ram[127];
  }

  #detectFormat(): TelevisionFormat {
    let longFrames = 0;
    for (let frame = 0; frame < detectionFrames; frame++) {
      this.runFrame();
      if (frame >= detectionSettled && this.scanlines > longFrameLines) longFrames++;
    }
    return longFrames >= longFramesOfPal ? 'PAL' : 'NTSC';
  }

  /** Bytes of every snapshot of this console. */
  get snapshotBytes(): number {
    if (this.#snapshotBytes === 0) {
      const out = new SnapshotWriter();
      this.save(out);
      this.#snapshotBytes = out.seal().length;
    }
    return this.#snapshotBytes;
  }

  /**
   * Everything that the next frames depend on; `restore` brings it back in a console with the same cartridge and properties.
   * @param into `snapshotBytes` bytes to write it to, for example an earlier snapshot that is no longer needed
   */
  snapshot(into: Uint8Array = new Uint8Array(this.snapshotBytes)): Uint8Array {
    const out = new SnapshotWriter(into);
    this.save(out);
    return out.seal();
  }

  /** @throws UserError for bytes that are no snapshot of this version, cartridge and properties; the console is then as before. */
  restore(bytes: Uint8Array): void {
    new SnapshotReader(bytes).expectVersion('a console', snapshotVersion);
    const state = new SnapshotReader(bytes);
    state.expectSealed(this.snapshotBytes);
    this.load(state);
  }

  /** Another console with the same cartridge and properties in the same state; the two share nothing that changes. */
  clone(): Console {
    const copy = new Console(this.#rom, this.properties, this);
    copy.restore(this.snapshot());
    return copy;
  }

  /** Appends the state to a larger snapshot: the numbers, then the bytes that can hold anything. */
  save(out: SnapshotWriter): void {
    out.int(snapshotVersion);
    out.int(this.#identity);
    this.#frames.drawAll();
    this.#saveChips(out);
    this.#tia.raster.savePictures(out, this.screenHeight);
  }

  /** Reads what `save` wrote; the caller has checked the length. When it throws, the console is as before. */
  load(state: SnapshotReader): void {
    state.expectVersion('a console', snapshotVersion);
    if (state.int() !== this.#identity) {
      throw new UserError(
        'a console snapshot of another cartridge or of other properties.',
        'Restore it with the cartridge it was saved with.',
      );
    }
    const before = new SnapshotWriter();
    this.#saveNumbers(before);
    try {
      this.#loadNumbers(state);
    } catch (error) {
      this.#loadNumbers(new SnapshotReader(before.finish()));
      throw error;
    }
    this.#loadBytes(state);
    this.#tia.raster.loadPictures(state, this.screenHeight);
    this.#frames.forget();
  }

  /** Everything but the pictures. */
  #saveChips(out: SnapshotWriter): void {
    this.#saveNumbers(out);
    out.bytes(this.ram);
    out.bytes(this.#space.cartridgeRam);
  }

  /** Reads what `#saveChips` wrote. */
  #loadChips(state: SnapshotReader): void {
    this.#loadNumbers(state);
    this.#loadBytes(state);
  }

  #loadBytes(state: SnapshotReader): void {
    state.bytes(this.ram);
    state.bytes(this.#space.cartridgeRam);
  }

  #saveNumbers(out: SnapshotWriter): void {
    out.int(this.#random.sequence);
    out.double(this.#random.drawn);
    this.#cpu.save(out);
    this.#tia.save(out);
    this.#riot.save(out);
    this.controls.save(out);
    this.cartridge.save(out);
    out.flag(this.#unfinished);
    out.flag(this.#greyed);
    out.int(this.scanlines);
  }

  #loadNumbers(state: SnapshotReader): void {
    this.#random.goTo(state.int() >>> 0, state.count());
    this.#cpu.load(state);
    this.#tia.load(state);
    this.#riot.load(state);
    this.controls.load(state);
    this.cartridge.load(state);
    this.#unfinished = state.flag();
    this.#greyed = state.flag();
    this.scanlines = state.intIn(0, 0x7fffffff);
  }
}

function television(properties: ConsoleProperties, format: TelevisionFormat, height: number): Television {
  const pal = format === 'PAL';
  return {
    yStart: properties.yStart,
    height,
    maxLines: pal ? 342 : 290,
    colourLoss: pal,
    hmoveBlanks: properties.hmoveBlanks,
  };
}

function expectPictureFits(yStart: number, height: number): void {
  if (yStart >= 0 && height >= 1 && yStart + height <= bufferRows) return;
  throw new UserError(
    `a picture of ${height} lines from line ${yStart} on does not fit.`,
    `yStart + height is at most ${bufferRows}.`,
  );
}

/** FNV-1a, 32 bits, signed: tells cartridges and properties apart. */
function fnv1a(...parts: readonly Uint8Array[]): number {
  let hash = 0x811c9dc5 | 0;
  for (const bytes of parts) for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash;
}
