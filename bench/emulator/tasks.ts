/**
 * What is measured, each in a process of its own, since code that has run one cartridge runs the next one slower. A task goes to a new
 * process as JSON on its command line (this file is the program), its result comes back as JSON on stdout.
 */
import { fileURLToPath } from 'node:url';
import { type BenchCartridge, openCartridge } from './cartridges.ts';
import { countInstructions, type Parts, sampleParts } from './parts.ts';
import { type Mode, modes, Player, type Slice } from './player.ts';

/** Frames in each mode before anything is measured: the compiler takes 4,500 to settle. */
const warmUpFrames = 5000;
/** The modes take turns, so that what else the machine does meets all alike. */
const slicesPerMode = 10;

/** Frames/s by mode, one figure a slice. */
export type Speeds = Readonly<Record<Mode, readonly number[]>>;

export interface Tasks {
  /** One console by itself. */
  speed: { given: { cartridge: BenchCartridge; secondsPerMode: number }; result: Speeds };
  /** Where the time of frames goes that are drawn. */
  parts: {
    given: { cartridge: BenchCartridge; seconds: number };
    result: Parts & { instructionsPerFrame: number };
  };
  /** The consoles of several cartridges in one process, in turns: frames/s of each, every frame drawn. */
  company: { given: { cartridges: readonly BenchCartridge[]; secondsEach: number }; result: readonly number[] };
  /** One console in each of several workers, all at once: frames/s of all together. */
  workers: {
    given: { cartridge: BenchCartridge; workers: number; secondsPerMode: number };
    result: Readonly<Record<Mode, number>>;
  };
}

type TaskName = keyof Tasks;
type Perform = {
  [Name in TaskName]: (given: Tasks[Name]['given']) => Tasks[Name]['result'] | Promise<Tasks[Name]['result']>;
};

const perform: Perform = {
  speed({ cartridge, secondsPerMode }) {
    const player = new Player(openCartridge(cartridge));
    player.warmUp(warmUpFrames);
    const speeds: Record<Mode, number[]> = { drawn: [], seen: [], observation: [] };
    for (let slice = 0; slice < slicesPerMode; slice++) {
      for (const mode of modes) {
        speeds[mode].push(framesPerSecond(player.play(mode, (1000 * secondsPerMode) / slicesPerMode)));
      }
    }
    return speeds;
  },

  parts({ cartridge, seconds }) {
    const player = new Player(openCartridge(cartridge));
    player.warmUp(warmUpFrames);
    const parts = sampleParts(player, 1000 * seconds);
    return { ...parts, instructionsPerFrame: countInstructions(player, 200 * seconds) };
  },

  company({ cartridges, secondsEach }) {
    const players = cartridges.map((cartridge) => new Player(openCartridge(cartridge)));
    for (const player of players) player.warmUp(warmUpFrames);
    const slices = players.map((): Slice[] => []);
    for (let slice = 0; slice < slicesPerMode; slice++) {
      for (const [i, player] of players.entries()) {
        slices[i].push(player.play('drawn', (1000 * secondsEach) / slicesPerMode));
      }
    }
    return slices.map((ofOne) => median(ofOne.map(framesPerSecond)));
  },

  async workers({ cartridge, workers: count, secondsPerMode }) {
    const workers = Array.from({ length: count }, () => new Worker(new URL('worker.ts', import.meta.url)));
    const together = <Answer>(message: unknown): Promise<Answer[]> =>
      Promise.all(workers.map((worker) => answerOf<Answer>(worker, message)));
    await together({ cartridge, warmUpFrames });
    const speeds = { drawn: 0, seen: 0, observation: 0 };
    for (const mode of modes) {
      const slices = await together<Slice>({ mode, ms: 1000 * secondsPerMode });
      speeds[mode] = slices.reduce((sum, slice) => sum + framesPerSecond(slice), 0);
    }
    for (const worker of workers) worker.terminate();
    return speeds;
  },
};

function answerOf<Answer>(worker: Worker, message: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message: text }) => reject(new Error(text));
    worker.postMessage(message);
  });
}

function framesPerSecond({ frames, elapsedMs }: Slice): number {
  return (1000 * frames) / elapsedMs;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Performs a task in a new process. */
export async function inOwnProcess<Name extends TaskName>(
  name: Name,
  given: Tasks[Name]['given'],
): Promise<Tasks[Name]['result']> {
  const child = Bun.spawn([process.execPath, fileURLToPath(import.meta.url), JSON.stringify({ name, given })], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const [text, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  if (code !== 0) throw new Error(`measuring ${name} ended with exit code ${code}`);
  return JSON.parse(text);
}

async function performNamed<Name extends TaskName>({ name, given }: { name: Name; given: Tasks[Name]['given'] }) {
  return perform[name](given);
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await performNamed(JSON.parse(process.argv[2]))));
  process.exit(0);
}
