/** `bun run bench emulator`: frames a second of the console, in all and by part. What is measured how: emulator/tasks.ts. */
import { availableParallelism } from 'node:os';
import { type Command, integerFlag, numberFlag } from '../src/cli/arguments.ts';
import { shown } from '../src/cli/words.ts';
import { writeAtomically } from '../src/run/files.ts';
import { requireWritable } from '../src/run/recordingFile.ts';
import { type BenchCartridge, benchCartridge, openCartridge, usualCartridges } from './emulator/cartridges.ts';
import { modes } from './emulator/player.ts';
import { type Results, type Row, textReport } from './emulator/results.ts';
import { inOwnProcess, median } from './emulator/tasks.ts';
import { observeMachine } from './machine.ts';

const defaultSeconds = 0.5;
const largestWorkers = 256;

export const emulatorCommand: Command = {
  spec: {
    name: 'bench emulator',
    summary: 'Measure frames a second of the console.',
    positionals: ['ROM…'],
    flags: [
      {
        flag: '--seconds',
        placeholder: 'N',
        help: `Seconds for each cartridge and mode, after warming up [${defaultSeconds}]`,
      },
      { flag: '--workers', placeholder: 'N', help: 'Consoles that play at once, after one alone; 0 for none [cores]' },
      { flag: '--json', help: 'Print one JSON array and nothing else' },
      { flag: '--out', placeholder: 'FILE', help: 'Write the results, with machine and date, to FILE.json' },
    ],
    helpLines: () => [
      '',
      'ROM: a game, a file, or a cartridge of tests/golden/roms by its name. Without one: our games, some of',
      'those, and the genuine Pong and Breakout where the games folder has them; that takes about a minute.',
    ],
    examples: [
      'bun run bench emulator',
      'bun run bench emulator pong tiafuzz01 --seconds 5 --json',
      'bun run bench emulator --out bench/results/emulator.json && bun run docs',
    ],
  },
  async run(parsed) {
    const secondsPerMode = numberFlag(parsed, '--seconds', defaultSeconds, 0.01, 3600);
    const workers = integerFlag(parsed, '--workers', availableParallelism(), 0, largestWorkers);
    const out = parsed.flags.get('--out');
    if (out !== undefined) requireWritable(out, '.json');
    const words = [...new Set(parsed.positionals)];
    const cartridges = words.length > 0 ? words.map(benchCartridge) : usualCartridges();
    const results = await measure(cartridges, secondsPerMode, workers);
    if (out !== undefined) writeAtomically(out, new TextEncoder().encode(`${JSON.stringify(results, null, 2)}\n`));
    if (parsed.flags.has('--json')) {
      console.log(JSON.stringify(results.rows, null, 2));
    } else {
      for (const line of textReport(results)) console.log(line);
      if (out !== undefined) console.log(`\nWrote ${shown(out)}`);
    }
    return 0;
  },
};

async function measure(
  cartridges: readonly BenchCartridge[],
  secondsPerMode: number,
  workers: number,
): Promise<Results> {
  const observed = observeMachine();
  const rows: Row[] = [];
  for (const cartridge of cartridges) rows.push(...(await measureOne(cartridge, secondsPerMode, workers)));
  if (cartridges.length > 1) {
    const besideOthers = await inOwnProcess('company', { cartridges, secondsEach: secondsPerMode });
    for (const [i, { rom }] of cartridges.entries()) {
      const drawn = rows.findIndex((row) => row.rom === rom && row.mode === 'drawn');
      rows[drawn] = { ...rows[drawn], besideOthers: rounded(besideOthers[i]) };
    }
  }
  return {
    what: 'bun run bench emulator',
    ...observed(),
    secondsPerMode,
    rows,
  };
}

async function measureOne(cartridge: BenchCartridge, secondsPerMode: number, workers: number): Promise<Row[]> {
  const { md5 } = openCartridge(cartridge);
  const speed = await inOwnProcess('speed', { cartridge, secondsPerMode });
  const parts = await inOwnProcess('parts', { cartridge, seconds: secondsPerMode });
  const together = workers > 0 ? await inOwnProcess('workers', { cartridge, workers, secondsPerMode }) : undefined;
  return modes.map((mode): Row => {
    const framesPerSecond = median(speed[mode]);
    const nsPerFrame = 1e9 / framesPerSecond;
    const allCores = together && {
      workers,
      framesPerSecond: rounded(together[mode]),
      ratio: Math.round((100 * together[mode]) / framesPerSecond) / 100,
    };
    const ofDrawn = {
      instructionsPerFrame: rounded(parts.instructionsPerFrame),
      instructionsPerSecond: rounded(parts.instructionsPerFrame * framesPerSecond),
      nsPerFrame: {
        cpu: rounded(parts.cpu * nsPerFrame),
        tia: rounded(parts.tia * nsPerFrame),
        rest: rounded(parts.rest * nsPerFrame),
      },
    };
    return {
      rom: cartridge.rom,
      mode,
      framesPerSecond: rounded(framesPerSecond),
      best: rounded(Math.max(...speed[mode])),
      timesRealTime: rounded(framesPerSecond / 60),
      md5,
      ...(allCores && { allCores }),
      ...(mode === 'drawn' ? ofDrawn : {}),
    };
  });
}

/** Whole numbers: what comes behind the point is noise. */
function rounded(value: number): number {
  return Math.round(value);
}
