/**
 * Where the time of a frame goes. Production code pays nothing for it: instructions are counted in frames of their own, in which each
 * is a call by itself, and times are shares of a sampling profile of frames that run as they always do.
 *
 * A sample belongs to the TIA when a function of its folder is on the stack, else to the rest when one of RIOT or cartridge is, else to
 * the CPU when the function is its loop (which is compiled from text and has no file) or one of its folder, else to the rest. Parts of
 * other files that the compiler drew into the CPU's loop count as CPU.
 */
import { profile } from 'bun:jsc';
import { Cpu } from '../../src/emulator/cpu/cpu.ts';
import { Tia } from '../../src/emulator/tia/tia.ts';
import type { Player } from './player.ts';

export interface Parts {
  /** Shares of the time, 1 in all. */
  readonly cpu: number;
  readonly tia: number;
  readonly rest: number;
  readonly samples: number;
}

const sampleEveryUs = 500;

/** Samples frames that are drawn for `wantedMs`. */
export function sampleParts(player: Player, wantedMs: number): Parts {
  const { stackTraces } = profile((): void => void player.play('drawn', wantedMs), sampleEveryUs);
  const counts = { cpu: 0, tia: 0, rest: 0 };
  for (const { frames } of stackTraces.traces) counts[partOf(frames)]++;
  const samples = stackTraces.traces.length;
  const share = (count: number): number => (samples === 0 ? 0 : count / samples);
  return { cpu: share(counts.cpu), tia: share(counts.tia), rest: share(counts.rest), samples };
}

interface StackFrame {
  readonly name: string;
  readonly sourceURL?: string | undefined;
}

function partOf(frames: readonly StackFrame[]): 'cpu' | 'tia' | 'rest' {
  const has = (folder: RegExp): boolean => frames.some(({ sourceURL }) => folder.test(sourceURL ?? ''));
  if (has(/\/src\/emulator\/tia\//)) return 'tia';
  if (has(/\/src\/emulator\/(riot|cartridge)\//)) return 'rest';
  const inLoop = frames.some(({ name, sourceURL }) => name === 'execute' && sourceURL === undefined);
  return inLoop || has(/\/src\/emulator\/cpu\//) ? 'cpu' : 'rest';
}

/** Instructions per frame in `wantedMs` of play; the consoles of this process are slow meanwhile. */
export function countInstructions(player: Player, wantedMs: number): number {
  const { run } = Cpu.prototype;
  const { startFrame } = Tia.prototype;
  let tia: Tia | undefined;
  let instructions = 0;
  let frames = 0;
  Tia.prototype.startFrame = function (...words) {
    tia = this;
    startFrame.apply(this, words);
  };
  Cpu.prototype.run = function (limit) {
    frames++;
    for (let i = 0; i < limit && !this.halted; i++) {
      run.call(this, 1);
      instructions++;
      // A run of many ends here, too: the console has the bus stop when the frame is done.
      if (tia?.frameDone) break;
    }
  };
  try {
    player.play('drawn', wantedMs);
  } finally {
    Cpu.prototype.run = run;
    Tia.prototype.startFrame = startFrame;
  }
  return instructions / frames;
}
