/** The cartridges that `bun run bench emulator` plays: what it plays by itself, and what a word on the command line names. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { namedCartridge } from '../../src/cli/traceCartridge.ts';
import type { TraceCartridge } from '../../src/env/trace/play.ts';
import { listCartridges } from '../../src/games/library.ts';
import { gamesNamed } from '../../src/games/registry.ts';

export interface BenchCartridge {
  /** What a result calls it. */
  readonly rom: string;
  /** A game's id or a file. */
  readonly word: string;
}

const synthetic = ['tiafuzz01', 'tiafuzz02', 'cpufuzz01', 'bank_f8_1', 'bank_e0_1'];
const own = ['pong', 'catch', 'bricks'];
/** Genuine cartridges whose speed on the reference console is known. */
const genuine = ['pong', 'breakout'];

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const syntheticPath = (name: string): string => pathOf(`tests/golden/roms/${name}.bin`);

/** Our games, some synthetic cartridges, and of the genuine ones what is in the user's games folder. Throws UserError for a folder that is none. */
export function usualCartridges(): BenchCartridge[] {
  const listed = listCartridges().cartridges;
  const present = genuine.filter((id) =>
    listed.some((entry) => entry.id === id && entry.origin === 'gamesFolder' && entry.path !== undefined),
  );
  return [
    ...own.map((rom) => ({ rom, word: pathOf(`roms/${rom}.bin`) })),
    ...synthetic.map((rom) => ({ rom, word: syntheticPath(rom) })),
    ...present.map((id) => ({ rom: `genuine ${id}`, word: id })),
  ];
}

/** A game's id, the name of a synthetic cartridge or a file. Throws UserError where there is no such cartridge. */
export function benchCartridge(word: string): BenchCartridge {
  const isSynthetic = gamesNamed(word).length === 0 && /^\w+$/.test(word) && existsSync(syntheticPath(word));
  const named = { rom: word, word: isSynthetic ? syntheticPath(word) : word };
  openCartridge(named);
  return named;
}

/** Throws UserError where it cannot be read. */
export function openCartridge({ word }: BenchCartridge): TraceCartridge {
  return namedCartridge({ word }).cartridge;
}
