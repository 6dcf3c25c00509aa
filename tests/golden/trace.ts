/**
 * Traces of the reference console: reading one, playing its cartridge again, and saying where the two part.
 *
 * A file is gzip: lines that begin with `#` describe the run, then one row a printed frame:
 * `frame action reward lives terminal fnv32(RAM) fnv32(screen) scanlines`. Row -1 is the state after loading. A new action is drawn
 * every fourth frame by xorshift32; after a terminal frame the environment is reset, and a row `R<frame>` shows the state then.
 */
import { readFileSync } from 'node:fs';
import { Arcade } from '../../src/env/arcade.ts';

const folder = new URL('.', import.meta.url).pathname;
const holdFrames = 4;
/** Rows shown before a divergence. */
const contextRows = 3;

export interface Trace {
  readonly seed: number;
  readonly format: string;
  readonly screenHeight: number;
  readonly actions: readonly number[];
  readonly rows: readonly string[];
}

export function readRom(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`${folder}roms/${name}.bin`));
}

export function readTrace(name: string): Trace {
  return parseTrace(new TextDecoder().decode(Bun.gunzipSync(readFileSync(`${folder}traces/${name}.1.txt.gz`))));
}

export function parseTrace(text: string): Trace {
  const lines = text.split('\n').filter((line) => line !== '');
  const header = (pattern: RegExp): string => {
    for (const line of lines) {
      const found = line.startsWith('#') ? pattern.exec(line) : null;
      if (found !== null) return found[1];
    }
    throw new Error(`the trace has no line ${pattern}`);
  };
  return {
    seed: Number(header(/ seed (\d+)/)),
    format: header(/^# format (\S+)/),
    screenHeight: Number(header(/^# screen 160x(\d+)/)),
    actions: header(/^# actions (.*)$/)
      .trim()
      .split(' ')
      .map(Number),
    rows: lines.filter((line) => !line.startsWith('#')),
  };
}

/** FNV-1a, 32 bits, as eight hex digits. */
export function fnv32(bytes: Uint8Array): string {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function row(arcade: Arcade, label: string, action: string, reward: number): string {
  const { ram, screen, console } = arcade;
  const terminal = arcade.terminal ? 1 : 0;
  return `${label} ${action} ${reward} ${arcade.lives} ${terminal} ${fnv32(ram)} ${fnv32(screen)} ${console.scanlines}`;
}

/**
 * Plays a cartridge as a trace says.
 * @returns undefined when every row is equal; else the first row that differs, with what came before
 */
export function firstDivergence(rom: Uint8Array, trace: Trace): string | undefined {
  const arcade = new Arcade({ rom, seed: trace.seed });
  if (arcade.screenHeight !== trace.screenHeight || arcade.console.format !== trace.format) {
    return `the picture is ${arcade.console.format} ${arcade.screenHeight}, expected ${trace.format} ${trace.screenHeight}`;
  }
  let position = 0;
  const differs = (label: string, action: string, reward: number): string | undefined => {
    const expected = trace.rows[position];
    if (expected === undefined || expected.split(' ')[0] !== label) return undefined;
    const actual = row(arcade, label, action, reward);
    if (actual === expected) {
      position++;
      return undefined;
    }
    const before = trace.rows.slice(Math.max(0, position - contextRows), position).map((line) => `  equal     ${line}`);
    return [
      'frame action reward lives terminal ram screen scanlines',
      ...before,
      `  expected  ${expected}`,
      `  actual    ${actual}`,
    ].join('\n');
  };
  let found = differs('-1', '-', 0);
  let random = trace.seed >>> 0;
  let action = 0;
  for (let frame = 0; position < trace.rows.length && found === undefined; frame++) {
    if (frame > 1_000_000) return `row ${trace.rows[position]} was never reached`;
    if (frame % holdFrames === 0) {
      random ^= random << 13;
      random ^= random >>> 17;
      random ^= random << 5;
      action = trace.actions[(random >>> 0) % trace.actions.length];
    }
    const reward = arcade.act(action);
    found = differs(`${frame}`, `${action}`, reward);
    if (found === undefined && arcade.terminal) {
      arcade.reset();
      found = differs(`R${frame}`, `${action}`, reward);
    }
  }
  return found;
}
