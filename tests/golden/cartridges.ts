/** The golden traces and what the console of this project does with their cartridges and with our own games, every frame a row. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Arcade } from '../../src/env/arcade.ts';
import { type TraceCartridge, type TraceSettings, traceArcade } from '../../src/env/trace/play.ts';
import { traceLines } from '../../src/env/trace/write.ts';
import { readImage } from '../../src/games/library/image.ts';
import { findCartridge } from '../../src/games/library.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Of the 108 traces and their cartridges. */
export const goldenNames: readonly string[] = readdirSync(`${folder}traces`)
  .map((file) => file.replace('.1.txt.gz', ''))
  .sort();

/** Games with rewards, ends and paddles, which the golden cartridges have none of; played with sticky actions. */
export const ownNames: readonly string[] = ['pong', 'catch', 'bricks'];

/** How the golden traces were made. */
export const frames = 600;
export const goldenRows = { full: 60, every: 10 };

export interface Played {
  readonly cartridge: TraceCartridge;
  readonly settings: TraceSettings;
  /** A whole trace with a row for every frame. */
  readonly lines: readonly string[];
}

const played = new Map<string, Played>();

/** Plays a cartridge once, every frame drawn; later calls have the same again. */
export function play(name: string): Played {
  let found = played.get(name);
  if (found === undefined) {
    const own = ownNames.includes(name);
    const cartridge = own ? ownCartridge(name) : goldenCartridge(name);
    const settings = { seed: 1, frameSkip: 1, sticky: own ? 0.25 : 0, any: !own };
    const arcade = traceArcade(cartridge, settings);
    const lines = [...traceLines(cartridge, arcade, settings, { frames, full: frames, every: 1 })];
    found = { cartridge, settings, lines };
    played.set(name, found);
  }
  return found;
}

/** A console that has just been loaded with it. */
export function load({ cartridge, settings }: Played, seed = settings.seed): Arcade {
  return traceArcade(cartridge, { ...settings, seed });
}

/** The trace's text. */
export function goldenText(name: string): string {
  return new TextDecoder().decode(Bun.gunzipSync(readFileSync(`${folder}traces/${name}.1.txt.gz`)));
}

export function goldenCartridge(name: string): TraceCartridge {
  return { file: `${name}.bin`, title: name, ...readImage(`${folder}roms/${name}.bin`) };
}

/** The bytes of a golden cartridge. */
export function readRom(name: string): Uint8Array {
  return goldenCartridge(name).bytes;
}

function ownCartridge(name: string): TraceCartridge {
  const { title, md5, bytes, game } = findCartridge({ game: name });
  return { file: `${name}.bin`, title, md5, bytes, game };
}
