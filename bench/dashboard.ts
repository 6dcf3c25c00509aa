/**
 * `bun run bench dashboard`: what the dashboard's server takes with many runs and a million lines of metrics. The runs are made up, in a
 * folder that is deleted again; the server is a process of its own, asked over HTTP. Leaves out the browser.
 */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, integerFlag } from '../src/cli/arguments.ts';
import { RunEvents } from '../src/dashboard/runEvents.ts';
import { UserError } from '../src/errors.ts';
import { Xoshiro128 } from '../src/random.ts';
import { whileWriting } from '../src/run/files.ts';
import { projectFolder } from '../src/run/provenance.ts';
import { RunRoot } from '../src/run/reading/runRoot.ts';
import { type Machine, machineLine, observeMachine } from './machine.ts';
import { outputFlags, outputOf } from './output.ts';

const defaultRuns = 100;
const defaultLines = 1_000_000;
/** Of all lines, those of one run: the longest curve that is asked for. */
const longestShare = 0.25;
/** Of one answer; the page draws about a thousand points. */
const points = 1000;
const keys = ['episode.reward', 'episode.meanReward100', 'episode.epsilon', 'progress.meanLoss', 'progress.meanQ'];
keys.push('progress.stepsPerSecond', 'evaluation.meanReward', 'evaluation.meanValue');
const linesOfGrowth = 100;

interface Times {
  readonly medianMs: number;
  readonly worstMs: number;
}

export interface DashboardResults extends Machine {
  readonly what: string;
  readonly runs: number;
  readonly lines: number;
  readonly longestRunLines: number;
  readonly metricsBytes: number;
  /** From the start of the program to its address: the page is bundled meanwhile. */
  readonly startMs: number;
  /** The first list of all runs, for which every line is read; and the longest that a small request had to wait meanwhile. */
  readonly firstListMs: number;
  /** The processor's time that the server took for it, on all its threads: what it takes whatever else runs. */
  readonly firstListCpuMs: number;
  readonly longestWaitMs: number;
  readonly list: Times;
  /** Eight curves of the longest run, by a server that has read nothing; then of what it has read. */
  readonly firstSeriesMs: number;
  readonly series: Times;
  readonly seriesBytes: number;
  /** The same, a hundred lines later. */
  readonly seriesAfterGrowth: Times;
  readonly listAfterGrowth: Times;
  /** Looking at all files, once a second, where nothing has changed. */
  readonly poll: Times;
  /** Resident size of the server's process before it has read anything, and at the end. */
  readonly memoryBytesBefore: number;
  readonly memoryBytesAfter: number;
}

export const dashboardBenchCommand: Command = {
  spec: {
    name: 'bench dashboard',
    summary: 'Measure the dashboard with many runs and a million lines of metrics.',
    positionals: [],
    flags: [
      { flag: '--runs', placeholder: 'N', help: `Run folders [${defaultRuns}]` },
      { flag: '--lines', placeholder: 'N', help: `Lines of metrics in all of them [${defaultLines}]` },
      ...outputFlags,
    ],
    examples: ['bun run bench dashboard', 'bun run bench dashboard --out bench/results/dashboard.json'],
  },
  async run(parsed) {
    const runs = integerFlag(parsed, '--runs', defaultRuns, 1, 10_000);
    const lines = integerFlag(parsed, '--lines', defaultLines, 100 * runs, 1e8);
    const output = outputOf(parsed);
    if (process.platform !== 'linux') throw new UserError('This benchmark reads /proc.', 'Run it on Linux.');
    const folder = whileWriting(tmpdir(), () => mkdtempSync(join(tmpdir(), 'wgsl-dqn-bench-')));
    let results: DashboardResults;
    try {
      results = await measure(folder, runs, lines);
    } finally {
      rmSync(folder, { recursive: true });
    }
    output.write(results, text(results));
    return 0;
  },
};

async function measure(root: string, runs: number, lines: number): Promise<DashboardResults> {
  const made = makeRuns(root, runs, lines);
  const machine = observeMachine();
  const seriesPath = `api/runs/${made.longest}/series?points=${points}&keys=${keys.join(',')}`;

  const fresh = await RunningServer.start(root);
  const firstSeriesMs = (await fresh.ask(seriesPath)).ms;
  await fresh.stop();

  const server = await RunningServer.start(root);
  try {
    const memoryBytesBefore = server.residentBytes();
    const cpuMsBefore = server.cpuMs();
    const waits = server.waitsWhile();
    const firstListMs = (await server.ask('api/runs')).ms;
    const firstListCpuMs = server.cpuMs() - cpuMsBefore;
    const longestWaitMs = Math.max(...(await waits()));
    const list = await repeated(20, async () => (await server.ask('api/runs')).ms);
    const first = await server.ask(seriesPath);
    const series = await repeated(50, async () => (await server.ask(seriesPath)).ms);
    const grow = (): void => appendFileSync(join(root, made.longest, 'metrics.jsonl'), made.more(linesOfGrowth));
    const seriesAfterGrowth = await repeated(20, async () => {
      grow();
      return (await server.ask(seriesPath)).ms;
    });
    const listAfterGrowth = await repeated(20, async () => {
      grow();
      return (await server.ask('api/runs')).ms;
    });
    const events = new RunEvents(new RunRoot(root));
    events.poll();
    const poll = await repeated(200, async () => {
      const beganMs = performance.now();
      events.poll();
      return performance.now() - beganMs;
    });
    return {
      what: 'bun run bench dashboard',
      ...machine(),
      ...{ runs, lines, longestRunLines: made.longestLines, metricsBytes: made.bytes },
      ...{
        startMs: server.startMs,
        firstListMs,
        firstListCpuMs,
        longestWaitMs,
        list,
        firstSeriesMs,
        series,
        seriesBytes: first.bytes,
      },
      ...{ seriesAfterGrowth, listAfterGrowth, poll },
      ...{ memoryBytesBefore, memoryBytesAfter: server.residentBytes() },
    };
  } finally {
    await server.stop();
  }
}

async function repeated(times: number, once: () => Promise<number>): Promise<Times> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) all.push(await once());
  all.sort((a, b) => a - b);
  return { medianMs: all[times >> 1], worstMs: all[times - 1] };
}

/** `bun run dashboard` in a process of its own. */
class RunningServer {
  readonly startMs: number;
  readonly #process: Bun.Subprocess<'ignore', 'pipe', 'inherit'>;
  readonly #url: string;

  private constructor(child: Bun.Subprocess<'ignore', 'pipe', 'inherit'>, url: string, startMs: number) {
    this.#process = child;
    this.#url = url;
    this.startMs = startMs;
  }

  static async start(root: string): Promise<RunningServer> {
    const beganMs = performance.now();
    const words = [join(projectFolder, 'src/cli/main.ts'), 'dashboard', '--runs', root, '--port', '0'];
    const child = Bun.spawn([process.execPath, ...words], { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' });
    let said = '';
    for await (const chunk of child.stdout) {
      said += new TextDecoder().decode(chunk);
      const url = /http:\/\/\S+\//.exec(said)?.[0];
      if (url !== undefined) return new RunningServer(child, url, performance.now() - beganMs);
    }
    throw new UserError('The dashboard did not start.', 'Its message stands above.');
  }

  /** The time to the whole answer. */
  async ask(path: string): Promise<{ ms: number; bytes: number }> {
    const beganMs = performance.now();
    const answer = await fetch(this.#url + path);
    const { byteLength: bytes } = await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return { ms: performance.now() - beganMs, bytes };
  }

  /** Asks for a small file all the time until what it returns is called, which says how long each took. */
  waitsWhile(): () => Promise<number[]> {
    let goesOn = true;
    const waits: number[] = [];
    const asking = (async () => {
      while (goesOn) {
        waits.push((await this.ask('shaders/fill.wgsl')).ms);
        await Bun.sleep(2);
      }
    })();
    return async () => {
      goesOn = false;
      await asking;
      return waits;
    };
  }

  /** Of all its threads. Source: proc(5), fields 14 and 15, in hundredths of a second. */
  cpuMs(): number {
    const stat = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  residentBytes(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGINT');
    await this.#process.exited;
  }
}

interface MadeRuns {
  readonly longest: string;
  readonly longestLines: number;
  readonly bytes: number;
  /** Further lines of the longest run. */
  readonly more: (lines: number) => string;
}

/** Of ten lines nine are games and one is progress, and each hundredth an evaluation, as in a run of short games. */
function makeRuns(root: string, runs: number, lines: number): MadeRuns {
  const longestLines = runs === 1 ? lines : Math.round(lines * longestShare);
  const others = runs === 1 ? 0 : Math.floor((lines - longestLines) / (runs - 1));
  let bytes = 0;
  const writers = Array.from({ length: runs }, (_, i) => {
    const id = `pong-quick-${i + 1}-1`;
    mkdirSync(join(root, id));
    const configuration = { game: 'pong', preset: 'quick', seed: i + 1, steps: 0, frameSkip: 4 };
    const startedAt = new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString();
    writeFileSync(join(root, id, 'config.json'), JSON.stringify({ format: 'wgsl-dqn run', startedAt, configuration }));
    const more = lineWriter(new Xoshiro128(i, 'bench dashboard'));
    const path = join(root, id, 'metrics.jsonl');
    writeFileSync(path, more(i === 0 ? longestLines : others));
    bytes += statSync(path).size;
    return { id, more };
  });
  return { longest: writers[0].id, longestLines, bytes, more: writers[0].more };
}

function lineWriter(random: Xoshiro128): (lines: number) => string {
  let [line, agentSteps, episode, mean] = [0, 0, 0, -20];
  const digits = (value: number): number => Number(value.toFixed(3));
  const one = (): object => {
    line++;
    agentSteps += 75;
    const elapsedSeconds = digits(agentSteps / 150);
    const stepsPerSecond = digits(140 + 20 * random.nextFloat());
    if (line % 100 === 0) {
      const means = {
        meanReward: mean,
        meanValue: random.nextFloat(),
        meanTdError: random.nextFloat(),
        maxQ: random.nextFloat(),
      };
      return {
        type: 'evaluation',
        agentSteps,
        frames: agentSteps * 4,
        isBest: false,
        episodes: 10,
        ...means,
        elapsedSeconds,
      };
    }
    const epsilon = Math.max(0.1, 1 - agentSteps / 1e6);
    if (line % 10 === 0) {
      const means = { meanReward100: mean, meanLoss: random.nextFloat(), meanQ: random.nextFloat(), epsilon };
      const counts = { agentSteps, frames: agentSteps * 4, updates: agentSteps, episodes: episode };
      return {
        type: 'progress',
        ...counts,
        ...means,
        stepsPerSecond,
        updatesPerSecond: stepsPerSecond,
        elapsedSeconds,
      };
    }
    episode++;
    const reward = Math.floor(42 * random.nextFloat()) - 21;
    mean += (reward - mean) / 100;
    return {
      type: 'episode',
      episode,
      agentSteps,
      reward,
      episodeSteps: 75,
      meanReward100: mean,
      epsilon,
      stepsPerSecond,
      elapsedSeconds,
    };
  };
  return (lines) => {
    let text = '';
    for (let i = 0; i < lines; i++) text += `${JSON.stringify(one())}\n`;
    return text;
  };
}

function text(results: DashboardResults): string[] {
  const { runs, lines, metricsBytes, longestRunLines, list, series, seriesAfterGrowth, listAfterGrowth, poll } =
    results;
  const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
  const both = ({ medianMs, worstMs }: Times): string => `${ms(medianMs)}, worst ${ms(worstMs)}`;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    `${machineLine(results)}.`,
    `${runs} runs, ${lines.toLocaleString('en-US')} lines of metrics (${mb(metricsBytes)}), ${longestRunLines.toLocaleString('en-US')} of them in one run.`,
    `From the command to the address: ${ms(results.startMs)}`,
    `First list, for which all is read: ${ms(results.firstListMs)} (${ms(results.firstListCpuMs)} of the processor); a small request waited ${ms(results.longestWaitMs)} at most`,
    `Later lists: ${both(list)}; after ${linesOfGrowth} more lines: ${both(listAfterGrowth)}`,
    `First ${keys.length} curves of the longest run: ${ms(results.firstSeriesMs)} (${mb(results.seriesBytes)})`,
    `Later ones: ${both(series)}; after ${linesOfGrowth} more lines: ${both(seriesAfterGrowth)}`,
    `A look at all files, nothing changed: ${both(poll)}`,
    `Memory of the process: ${mb(results.memoryBytesBefore)} before, ${mb(results.memoryBytesAfter)} after`,
  ];
}
