/**
 * Where the time of a frame goes. Production code pays nothing for it: instructions are counted in frames of their own, in which each
 * is a call by itself, and times are shares of a sampling profile of frames that run as they always do.
 *
 * A sample belongs to the TIA when a function of its folder is on the stack, else to the rest when one of RIOT or cartridge is, else to
 * the CPU when one of its folder is, else to the rest. What the compiler drew from other files into the CPU's loop counts as CPU.
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

/** `frames`: the stack of a sample. */
function partOf(frames: readonly { readonly sourceURL?: string }[]): 'cpu' | 'tia' | 'rest' {
  const has = (folder: RegExp): boolean => frames.some(({ sourceURL }) => folder.test(sourceURL ?? ''));
  if (has(/\/src\/emulator\/tia\//)) return 'tia';
  if (has(/\/src\/emulator\/(riot|cartridge)\//)) return 'rest';
  return has(/\/src\/emulator\/cpu\//) ? 'cpu' : 'rest';
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
