/** Run folders for tests, in a folder of their own below the system's temporary one. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Line = Readonly<Record<string, unknown>> & { readonly type: string; readonly agentSteps: number };

/** Holds runs; `remove` deletes it with all that is in it. */
export class MadeRuns {
  readonly root = mkdtempSync(join(tmpdir(), 'wgsl-dqn-dashboard-'));

  /** Makes the run `id`. */
  make(id: string, lines: readonly Line[] = [], configuration: Readonly<Record<string, unknown>> = {}): MadeRun {
    const run = new MadeRun(join(this.root, id));
    mkdirSync(run.folder);
    run.write('config.json', configFile(configuration));
    if (lines.length > 0) run.append(...lines);
    return run;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export class MadeRun {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get metrics(): string {
    return join(this.folder, 'metrics.jsonl');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  append(...lines: readonly Line[]): void {
    appendFileSync(this.metrics, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Makes folders on the way. */
  write(file: string, content: string | Uint8Array): void {
    const path = join(this.folder, file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
}

export function configFile(
  configuration: Readonly<Record<string, unknown>> = {},
  startedAt = '2026-01-02T03:04:05Z',
): string {
  const whole = { game: 'catch', preset: 'quick', seed: 1, steps: 20_000, frameSkip: 4, ...configuration };
  return JSON.stringify({ format: 'wgsl-dqn run', startedAt, configuration: whole });
}

export function episode(number: number, agentSteps: number, reward: number, more: object = {}): Line {
  const times = { stepsPerSecond: 100, elapsedSeconds: agentSteps / 100 };
  return {
    type: 'episode',
    episode: number,
    agentSteps,
    reward,
    meanReward100: reward / 2,
    epsilon: 0.5,
    ...times,
    ...more,
  };
}

export function progress(agentSteps: number, meanLoss: number | null, more: object = {}): Line {
  const counts = { frames: agentSteps * 4, episodes: 0, meanReward100: null };
  const times = { stepsPerSecond: 123.5, elapsedSeconds: agentSteps / 100 };
  return { type: 'progress', agentSteps, ...counts, meanLoss, ...times, ...more };
}

export function evaluation(agentSteps: number, meanReward: number, more: object = {}): Line {
  return {
    type: 'evaluation',
    agentSteps,
    isBest: true,
    meanReward,
    episodes: 3,
    elapsedSeconds: agentSteps / 100,
    ...more,
  };
}
