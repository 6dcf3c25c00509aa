/** `bun run trace <game|file>`: prints what the console does frame by frame, or compares it with a trace (docs/traces.md). */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bankswitchChoices } from '../emulator/cartridge/schemes.ts';
import type { Arcade } from '../env/arcade.ts';
import { compareTrace } from '../env/trace/compare.ts';
import { type TraceSettings, traceArcade } from '../env/trace/play.ts';
import { largestFrameSkip, parseTrace } from '../env/trace/read.ts';
import { reportLines } from '../env/trace/report.ts';
import { type TraceSelection, traceLines } from '../env/trace/write.ts';
import { UserError } from '../errors.ts';
import { requireWritable, writeRecording } from '../run/recordingFile.ts';
import { screenPng } from '../run/recordingPng.ts';
import { type Command, choiceFlag, flagValues, integerFlag, numberFlag, type ParsedArguments } from './arguments.ts';
import { type CartridgeChoice, type ChosenCartridge, cartridgeOf, namedCartridge } from './traceCartridge.ts';
import { LineOutput } from './traceOutput.ts';
import { printable } from './words.ts';

const largestFrames = 100_000_000;
/** Atari Video Cube has modes up to 5002. */
const largestMode = 9999;
const largestDifficulty = 3;
const screenWidth = 160;
/** A trace of a million rows has 60 MB. */
const largestTraceBytes = 1 << 30;

/** What a trace is made by; with --against the trace says all of it. */
const playFlags = [
  { flag: '--seed', placeholder: 'S', help: 'Seed of the actions and of sticky actions [1]' },
  { flag: '--frames', placeholder: 'N', help: 'Frames to play [600]' },
  { flag: '--full', placeholder: 'N', help: 'Print each of the first N frames [300]' },
  { flag: '--every', placeholder: 'K', help: 'Print each Kth frame, and each 60th in any case [60]' },
  { flag: '--any', help: 'Play by the rules of no game: no rewards, no end, all 18 actions' },
  { flag: '--sticky', placeholder: 'P', help: 'Probability that a frame repeats the action before [0]' },
  { flag: '--frame-skip', placeholder: 'N', help: 'Frames of the console to a frame of the trace [1]' },
  { flag: '--mode', placeholder: 'M', help: "Mode of the game [the game's own]" },
  {
    flag: '--difficulty',
    placeholder: 'D',
    help: "Difficulty switches: 1 left, 2 right, 3 both at A [the game's own]",
  },
  {
    flag: '--bankswitch',
    placeholder: 'NAME',
    help: `How its banks are switched: ${bankswitchChoices.join(', ')} [auto]`,
  },
  { flag: '--ram', help: 'Print the 128 bytes of RAM after each row' },
  { flag: '--dump-frame', placeholder: 'N FILE', help: 'Write the screen of frame N as a PNG; -1 is after loading' },
];

export const traceCommand: Command = {
  spec: {
    name: 'trace',
    summary: 'Print what the console does, frame by frame, or compare it with a trace.',
    positionals: ['game|file'],
    flags: [
      ...playFlags,
      {
        flag: '--against',
        placeholder: 'FILE',
        help: 'Play the trace FILE (.gz or not) again; exit code 1 where it differs',
      },
      { flag: '--undrawn', help: 'Draw only frames that have a row; with --any or --against. The rows are the same' },
      { flag: '--game', placeholder: 'ID', help: 'By the rules of which game a file of unknown MD5 is played' },
      { flag: '--games-folder', placeholder: 'DIR', help: 'Folder with cartridge images of your own' },
    ],
    examples: [
      'bun run trace pong --seed 1 --frames 600 > pong.txt',
      'bun run trace game.bin --any --frames 600 --full 60 --every 10 --dump-frame 599 screen.png',
      'bun run trace --against tests/golden/traces/tiafuzz01.1.txt.gz',
    ],
  },
  async run(parsed) {
    const choice = {
      word: parsed.positionals[0],
      game: parsed.flags.get('--game'),
      gamesFolder: parsed.flags.get('--games-folder'),
    };
    const against = parsed.flags.get('--against');
    return against === undefined ? print(parsed, choice) : compare(parsed, choice, against);
  },
};

function print(parsed: ParsedArguments, choice: CartridgeChoice): number {
  const selection = {
    frames: integerFlag(parsed, '--frames', 600, 0, largestFrames),
    full: integerFlag(parsed, '--full', 300, 0, largestFrames),
    every: integerFlag(parsed, '--every', 60, 1, largestFrames),
    ram: parsed.flags.has('--ram'),
    undrawn: parsed.flags.has('--undrawn'),
  };
  const optional = (flag: string, max: number): number | undefined =>
    parsed.flags.has(flag) ? integerFlag(parsed, flag, 0, 0, max) : undefined;
  const settings: TraceSettings = {
    seed: integerFlag(parsed, '--seed', 1, 1, 0xffffffff),
    frameSkip: integerFlag(parsed, '--frame-skip', 1, 1, largestFrameSkip),
    sticky: numberFlag(parsed, '--sticky', 0, 0, 1),
    any: parsed.flags.has('--any'),
    mode: optional('--mode', largestMode),
    difficulty: optional('--difficulty', largestDifficulty),
    bankswitch: choiceFlag(parsed, '--bankswitch', bankswitchChoices, 'auto'),
  };
  const dump = dumpOf(parsed, selection.frames);
  const { cartridge, warning } = namedCartridge(choice);
  if (selection.undrawn && !settings.any && cartridge.game !== undefined) {
    throw new UserError(
      'With the rules of a game every frame is drawn: any may bring a reward, whose row has its screen.',
      'Give --any with --undrawn, or compare with a trace: --against FILE --undrawn.',
    );
  }
  // A warning that nothing is known of the cartridge tells nobody anything who asked for just that.
  if (warning !== undefined && !settings.any) process.stderr.write(`Warning: ${printable(warning)}\n`);
  const arcade = traceArcade(cartridge, settings);
  const output = new LineOutput();
  for (const line of traceLines(cartridge, arcade, settings, { ...selection, ...(dump && { look: dump }) })) {
    output.line(line);
    if (!output.open && (dump === undefined || dump.isDone())) return 0;
  }
  output.flush();
  return 0;
}

/** What `--dump-frame` asks for. Throws UserError for a frame that is not played and a file that cannot be written. */
function dumpOf(parsed: ParsedArguments, frames: number): (TraceSelection['look'] & { isDone(): boolean }) | undefined {
  const values = flagValues(parsed, '--dump-frame');
  if (values === undefined) return undefined;
  const [digits, path] = values;
  const frame = Number(digits);
  if (!/^(-1|\d+)$/.test(digits)) throw new UserError(`--dump-frame: "${digits}" is not the number of a frame.`);
  if (frame >= frames) {
    throw new UserError(
      `--dump-frame: frame ${digits} is not played; the last one is ${frames - 1}.`,
      `Play more: --frames ${frame + 1}.`,
    );
  }
  requireWritable(path, '.png');
  let done = false;
  const at = ({ screen, screenHeight: height, format }: Arcade): void => {
    writeRecording(path, screenPng(screen, { width: screenWidth, height, format, scale: 1 }));
    done = true;
  };
  return { frame, at, isDone: () => done };
}

function compare(parsed: ParsedArguments, choice: CartridgeChoice, path: string): number {
  for (const { flag } of playFlags) {
    if (parsed.flags.has(flag)) {
      throw new UserError(
        `${flag} does not go with --against: the trace says how it was played.`,
        `Leave ${flag} out.`,
      );
    }
  }
  const trace = parseTrace(readTrace(path), printable(basename(path)));
  const { cartridge, warning }: ChosenCartridge = cartridgeOf(trace, path, choice);
  if (warning !== undefined) process.stderr.write(`Warning: ${printable(warning)}\n`);
  const arcade = traceArcade(cartridge, trace.settings);
  const comparison = compareTrace(trace, arcade, { undrawn: parsed.flags.has('--undrawn') });
  const output = new LineOutput();
  for (const line of reportLines(trace, comparison)) output.line(line);
  output.flush();
  return comparison.divergence === undefined ? 0 : 1;
}

/** The text of a trace, unpacked where it is packed. Throws UserError where it cannot be read. */
function readTrace(path: string): string {
  try {
    const bytes = readFileSync(path);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return new TextDecoder().decode(isPacked ? gunzipSync(bytes, { maxOutputLength: largestTraceBytes }) : bytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = reasons[code ?? ''] ?? message;
    throw new UserError(`Cannot read the trace ${path}: ${reason}.`, 'Check the path.', { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  ERR_BUFFER_TOO_LARGE: 'it unpacks to more than 1 GiB',
};
