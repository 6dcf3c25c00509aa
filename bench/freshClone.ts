/**
 * What a newcomer does, timed: commands in an empty folder, with none of npm's packages, no measured kernels and no compiled shaders from
 * before. The clone is of this checkout's HEAD, so that no network but npm's counts.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FlagSpec, ParsedArguments } from '../src/cli/arguments.ts';
import { UserError } from '../src/errors.ts';
import { whileWriting } from '../src/run/files.ts';
import { projectFolder } from '../src/run/provenance.ts';
import { type Machine, observeMachine } from './machine.ts';

export interface Step {
  readonly name: string;
  /** Words of a command; it runs in the clone, but for the first step, which makes it. */
  readonly command: readonly string[];
  /** The step is done when the output matches, and the command is stopped; without it, when the command ends. */
  readonly until?: RegExp;
}

export interface TimedStep {
  readonly name: string;
  readonly command: string;
  readonly seconds: number;
  /** Since the first step began. */
  readonly sinceBeginSeconds: number;
}

/** Where a newcomer begins. */
export interface Place {
  /** The clone, which the first step makes. */
  readonly project: string;
  readonly npmCache: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  remove(): void;
}

const cloneName = 'wgsl-dqn';
/** A command that has not done its step by then has failed. */
const timeoutMs = 30 * 60_000;
/** What a command that failed said last may come after its end. */
const lastWordsMs = 500;

export const cloneStep: Step = {
  name: 'clone',
  command: ['git', 'clone', '--quiet', '--no-local', projectFolder, cloneName],
};
export const installStep: Step = { name: 'install', command: ['npm', 'install', '--no-audit', '--no-fund'] };

export const folderFlag: FlagSpec = {
  flag: '--folder',
  placeholder: 'DIR',
  help: "Where the clone is made, and deleted [the system's temporary folder]",
};

/** What every measurement of a fresh clone tells. */
export interface FreshCloneResults extends Machine {
  readonly what: string;
  readonly platform: string;
  readonly steps: readonly TimedStep[];
}

/** Times the steps in an empty place, which is removed; `more` looks at it before. Rejects as `timeSteps` does. */
export async function inFreshClone<More extends object>(
  parsed: ParsedArguments,
  what: string,
  steps: readonly Step[],
  say: (line: string) => void,
  more: (place: Place) => More,
): Promise<FreshCloneResults & More> {
  const place = emptyPlace(parsed.flags.get('--folder'));
  try {
    const machine = observeMachine();
    const timed = await timeSteps(place, steps, say);
    return { what, ...machine(), platform: `${process.platform} ${process.arch}`, steps: timed, ...more(place) };
  } finally {
    place.remove();
  }
}

/** An empty folder in `parent`, with caches of its own. */
export function emptyPlace(parent = tmpdir()): Place {
  whileWriting(parent, () => mkdirSync(parent, { recursive: true }));
  const folder = whileWriting(parent, () => mkdtempSync(join(parent, 'wgsl-dqn-newcomer-')));
  const npmCache = join(folder, 'npm-cache');
  return {
    project: join(folder, cloneName),
    npmCache,
    env: { ...process.env, npm_config_cache: npmCache, XDG_CACHE_HOME: join(folder, 'cache') },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Throws UserError where a command fails, with the end of its output. */
export async function timeSteps(
  place: Place,
  steps: readonly Step[],
  say: (line: string) => void,
): Promise<TimedStep[]> {
  const beganMs = performance.now();
  const timed: TimedStep[] = [];
  for (const step of steps) {
    const stepBeganMs = performance.now();
    const doneMs = await run(place, step);
    const seconds = (doneMs - stepBeganMs) / 1000;
    const command = step.command.map((word) => (word === projectFolder ? '.' : word)).join(' ');
    timed.push({ name: step.name, command, seconds, sinceBeginSeconds: (doneMs - beganMs) / 1000 });
    say(`${step.name}: ${seconds.toFixed(1)} s`);
  }
  return timed;
}

/** Resolves to when the step was done. The command runs in a terminal, and what goes on is ended, with all that it has started, and waited for. */
async function run({ project, env }: Place, { name, command, until }: Step): Promise<number> {
  const decoder = new TextDecoder();
  let output = '';
  let doneMs: number | undefined;
  const terminal = new Bun.Terminal({
    ...{ cols: 120, rows: 40 },
    data(_, bytes) {
      output += decoder.decode(bytes, { stream: true });
      if (until === undefined || doneMs !== undefined || !until.test(output)) return;
      doneMs = performance.now();
      stop();
    },
  });
  const cwd = name === cloneStep.name ? join(project, '..') : project;
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...env, TERM: 'xterm-256color' },
    terminal,
    detached: true,
    timeout: timeoutMs,
  });
  // All of the group. Not SIGINT, which is ignored in what a shell has put into the background.
  function stop(): void {
    process.kill(-child.pid, 'SIGTERM');
  }
  const code = await child.exited;
  const endedMs = performance.now();
  const failed = until === undefined ? code !== 0 : doneMs === undefined;
  if (failed) await Bun.sleep(lastWordsMs);
  terminal.close();
  if (failed) {
    throw new UserError(`${name}: \`${command.join(' ')}\` ended with ${code}.`, output.trim().slice(-500));
  }
  return doneMs ?? endedMs;
}
