/**
 * The proof of resuming: a run that is killed with SIGKILL again and again and resumed each time ends as one that never was. Moments are
 * drawn from a seed: while the program starts, at any time of learning, while a checkpoint is written, while an evaluation plays.
 * Where exactly a kill strikes is the machine's affair; what must come out is not.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors.ts';
import { Xoshiro128 } from '../random.ts';
import { listCheckpoints } from '../run/checkpoint.ts';
import { type Comparison, compareRuns } from '../run/compareRuns.ts';
import type { Configuration } from '../run/configuration.ts';
import { jsonBytes, readIfThere, unfinishedPrefix, writeAtomically } from '../run/files.ts';
import { openCheckpoint } from '../run/runFolder.ts';

export const moments = ['start-up', 'learning', 'checkpoint', 'evaluation'] as const;
export type Moment = (typeof moments)[number];

/** Of twenty kills so many at each; checkpoints are where most could go wrong. */
const shares: Readonly<Record<Moment, number>> = { 'start-up': 3, learning: 5, checkpoint: 8, evaluation: 4 };

export interface ResumeProof {
  readonly configuration: Configuration;
  readonly kills: number;
  /** Where the runs lie; theirs alone. */
  readonly folder: string;
  readonly onLine: (text: string) => void;
}

export interface ResumeFindings {
  readonly passed: boolean;
  /** Kills that were aimed at each moment. */
  readonly kills: Readonly<Record<Moment, number>>;
  /** Of all of them: an unfinished checkpoint was left behind; an evaluation was under way. */
  readonly halfWritten: number;
  readonly duringEvaluation: number;
  /** The run had no checkpoint yet and was begun again. */
  readonly begunAgain: number;
  readonly resumed: number;
  /** Steps that were done twice or more, because they came after the checkpoint. */
  readonly repeatedSteps: number;
  readonly steps: number;
  readonly weightsSha256: string;
  /** Runs that were killed and came to their end; one, unless it ended before all kills were done. */
  readonly killedRuns: number;
  readonly comparisons: readonly Comparison[];
  /** Checkpoints that were found damaged after a kill; there must be none. */
  readonly damaged: readonly string[];
}

/** Throws UserError where a run fails by itself, or is too short to be killed. */
export async function proveResume({ configuration, kills, folder, onLine }: ResumeProof): Promise<ResumeFindings> {
  const random = new Xoshiro128(configuration.seed, 'kills');
  const whole = new Run(configuration, join(folder, 'whole'));
  onLine(`One run of ${configuration.steps.toLocaleString('en-US')} steps, not interrupted`);
  const { startMs, learnMs, weightsSha256 } = await whole.toItsEnd();
  const waits = waitsOf(whole, { startMs, spanMs: (2 * learnMs) / (kills + 1) });
  const plan = planned(kills, configuration.evaluateEvery > 0, random);
  const found = { halfWritten: 0, duringEvaluation: 0, begunAgain: 0, resumed: 0, repeatedSteps: 0, killedRuns: 0 };
  const counts: Record<Moment, number> = { 'start-up': 0, learning: 0, checkpoint: 0, evaluation: 0 };
  const comparisons: Comparison[] = [];
  const damaged: string[] = [];
  for (let killed = 0; killed < kills; ) {
    const before = killed;
    const run = new Run(configuration, join(folder, `killed-${++found.killedRuns}`));
    for (;;) {
      if (run.newestStep() === undefined) run.beginAgain();
      const moment = plan.at(killed);
      const process = run.start();
      if (moment === undefined || !(await process.killedAt(moment, waits, random))) {
        await process.succeeded();
        break;
      }
      counts[moment]++;
      killed++;
      const { reached, unfinished, evaluating } = run.remains(process.pid);
      if (unfinished) found.halfWritten++;
      if (evaluating) found.duringEvaluation++;
      const { path, passedOver } = run.newest();
      damaged.push(...passedOver);
      const step = run.newestStep();
      found.repeatedSteps += Math.max(0, reached - (step ?? 0));
      if (path === undefined) found.begunAgain++;
      else found.resumed++;
      const where = unfinished ? 'a half-written checkpoint' : evaluating ? 'half an evaluation' : `${moment}`;
      const next = step === undefined ? 'no checkpoint yet, begun again' : `goes on from step ${step}`;
      onLine(`Kill ${killed} of ${kills}: ${where}, after step ${reached}; ${next}`);
    }
    if (killed === before) throw new UserError('The run ended before it could be killed.', 'Give it more --steps.');
    comparisons.push(...compareRuns(run.runFolder, whole.runFolder));
  }
  const passed = comparisons.every(({ same }) => same) && damaged.length === 0;
  return { passed, kills: counts, ...found, steps: configuration.steps, weightsSha256, comparisons, damaged };
}

/** How long is waited at most before a kill, by moment, milliseconds. */
type Waits = Readonly<Record<Moment, number>>;

function waitsOf(whole: Run, { startMs, spanMs }: { startMs: number; spanMs: number }): Waits {
  const { checkpointMs, evaluationMs } = whole.durations();
  // A little passes before a checkpoint that has begun is noticed.
  return { 'start-up': startMs, learning: spanMs, checkpoint: checkpointMs / 2, evaluation: evaluationMs };
}

/** The moments of so many kills, in random order. */
function planned(kills: number, evaluates: boolean, random: Xoshiro128): Moment[] {
  const possible = moments.filter((moment) => evaluates || moment !== 'evaluation');
  const all = possible.reduce((sum, moment) => sum + shares[moment], 0);
  const plan: Moment[] = [];
  // Whole shares first, then what is left from the largest.
  for (const moment of possible) {
    for (let i = 0; i < Math.floor((kills * shares[moment]) / all); i++) plan.push(moment);
  }
  while (plan.length < kills) plan.push((['checkpoint', 'learning', 'start-up'] as const)[(kills - plan.length) % 3]);
  for (let i = plan.length - 1; i > 0; i--) {
    const j = random.nextInt(i + 1);
    [plan[i], plan[j]] = [plan[j], plan[i]];
  }
  return plan;
}

/** One run in a folder of its own, in processes of their own. */
class Run {
  readonly #folder: string;
  readonly #configurationPath: string;
  readonly #configuration: Configuration;
  readonly runFolder: string;
  #checkpointMs: number[] = [];

  constructor(configuration: Configuration, folder: string) {
    this.#folder = folder;
    this.runFolder = join(folder, 'run');
    this.#configuration = { ...configuration, name: 'run', out: folder };
    this.#configurationPath = join(folder, 'configuration.json');
    this.beginAgain();
  }

  /** Nothing of the run is left. */
  beginAgain(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    writeAtomically(this.#configurationPath, jsonBytes(this.#configuration));
  }

  /** Begins it, or goes on from its newest checkpoint. */
  start(): RunningProcess {
    const isBegun = listCheckpoints(this.runFolder).length > 0;
    return new RunningProcess(isBegun ? ['--resume', this.runFolder] : ['--config', this.#configurationPath], this);
  }

  async toItsEnd(): Promise<{ startMs: number; learnMs: number; weightsSha256: string }> {
    const beganMs = performance.now();
    const process = this.start();
    await process.begun;
    const startMs = performance.now() - beganMs;
    const weightsSha256 = await process.succeeded();
    this.#checkpointMs = process.checkpointMs;
    return { startMs, learnMs: performance.now() - beganMs - startMs, weightsSha256 };
  }

  /** Mean times of a checkpoint and of an evaluation, milliseconds. */
  durations(): { checkpointMs: number; evaluationMs: number } {
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const evaluations = this.metrics().flatMap(({ evaluationSeconds }) =>
      typeof evaluationSeconds === 'number' ? [1000 * evaluationSeconds] : [],
    );
    return { checkpointMs: mean(this.#checkpointMs) || 0, evaluationMs: mean(evaluations) || 0 };
  }

  /** The newest checkpoint that is whole, and what is wrong with newer ones. */
  newest(): { path: string | undefined; passedOver: readonly string[] } {
    if (listCheckpoints(this.runFolder).length === 0) return { path: undefined, passedOver: [] };
    const { path, passedOver } = openCheckpoint(this.runFolder);
    return { path, passedOver };
  }

  newestStep(): number | undefined {
    const path = listCheckpoints(this.runFolder).at(-1);
    return path === undefined ? undefined : Number(/\d+$/.exec(path)![0]);
  }

  /** Whether the process of this id writes a checkpoint, or was killed while it did; one killed before it may have left another. */
  isWriting(pid: number): boolean {
    try {
      const names = readdirSync(join(this.runFolder, 'checkpoints'));
      return names.some((name) => name.startsWith(`${unfinishedPrefix}${pid}-`));
    } catch {
      return false;
    }
  }

  /** The step of the evaluation that has begun and not ended; undefined where there is none. */
  evaluatedStep(): number | undefined {
    const { evaluateEvery, learnStart } = this.#configuration;
    const last = this.metrics().at(-1);
    const agentSteps = Number(last?.['agentSteps']);
    const isDue = evaluateEvery > 0 && agentSteps > learnStart && agentSteps % evaluateEvery === 0;
    return isDue && last?.['type'] === 'progress' ? agentSteps : undefined;
  }

  /** What a kill has left. */
  remains(pid: number): { reached: number; unfinished: boolean; evaluating: boolean } {
    const reached = Math.max(this.newestStep() ?? 0, ...this.metrics().map(({ agentSteps }) => Number(agentSteps)));
    return { reached, unfinished: this.isWriting(pid), evaluating: this.evaluatedStep() !== undefined };
  }

  /** The whole lines of metrics.jsonl. */
  metrics(): Record<string, unknown>[] {
    const text = new TextDecoder().decode(readIfThere(join(this.runFolder, 'metrics.jsonl')) ?? new Uint8Array());
    const whole = text.slice(0, text.lastIndexOf('\n') + 1).trimEnd();
    return whole === '' ? [] : whole.split('\n').map((line) => JSON.parse(line));
  }
}

/** `bun run train` with these words. */
class RunningProcess {
  readonly #process;
  readonly #run: Run;
  readonly #output: Promise<string>;
  readonly checkpointMs: number[] = [];
  /** Resolves when the run folder is there and learning begins, or when the process is over. */
  readonly begun: Promise<void>;

  constructor(words: readonly string[], run: Run) {
    this.#run = run;
    const program = Bun.isStandaloneExecutable ? [] : [fileURLToPath(new URL('./main.ts', import.meta.url))];
    this.#process = Bun.spawn([process.execPath, ...program, 'train', ...words], { stdout: 'pipe', stderr: 'pipe' });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.begun = promise;
    this.#output = this.#read(resolve);
  }

  async #read(begun: () => void): Promise<string> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of this.#process.stdout) {
      text += decoder.decode(bytes, { stream: true });
      if (/^Run folder:/m.test(text)) begun();
    }
    begun();
    for (const [, seconds] of text.matchAll(/^Checkpoint: .* in (\d+\.\d+) s/gm))
      this.checkpointMs.push(1000 * Number(seconds));
    return text;
  }

  /** Waits for its end. Throws UserError where it failed; resolves to its weights' SHA-256. */
  async succeeded(): Promise<string> {
    const [output, error] = await Promise.all([this.#output, new Response(this.#process.stderr).text()]);
    const code = await this.#process.exited;
    const hash = /\b([0-9a-f]{64})\s*$/.exec(output)?.[1];
    if (code === 0 && hash !== undefined) return hash;
    throw new UserError(`A run ended with exit code ${code}: ${error.trim().split('\n').at(-1)}`, '');
  }

  /** Kills it at such a moment; resolves to true when it is dead, to false where it came to its end before. */
  async killedAt(moment: Moment, waits: Waits, random: Xoshiro128): Promise<boolean> {
    // Both are drawn in any case, so that each kill takes two numbers.
    const [beforeMs, delayMs] = [random.nextFloat() * waits.learning, random.nextFloat() * waits[moment]];
    if (moment !== 'start-up') await this.begun;
    if (moment === 'checkpoint') {
      await this.#sleep(beforeMs);
      await this.#until(() => this.#run.isWriting(this.pid));
    }
    if (moment === 'evaluation') {
      const before = this.#run.evaluatedStep();
      await this.#until(() => ![undefined, before].includes(this.#run.evaluatedStep()));
    }
    await this.#sleep(delayMs);
    if (this.#process.exitCode !== null) return false;
    this.#process.kill('SIGKILL');
    await this.#process.exited;
    return this.#process.signalCode === 'SIGKILL';
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** At most until it is over. */
  async #sleep(ms: number): Promise<void> {
    await Promise.race([Bun.sleep(ms), this.#process.exited]);
  }

  async #until(holds: () => boolean): Promise<void> {
    while (this.#process.exitCode === null && !holds()) await Bun.sleep(1);
  }
}
