/** Whether a run goes on, from what its folder says (status.json, metrics.jsonl) and from whether its process lives. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { RunStatus } from '../runStatus.ts';
import type { RunState } from './summary.ts';

/** Without a process to ask for, a run that was silent for so long does not go on. */
const silentMs = 120_000;

export interface RunEvidence {
  readonly status: RunStatus | undefined;
  /** When metrics.jsonl last grew; null where there is none. */
  readonly updatedAtMs: number | null;
  readonly agentSteps: number;
  /** 0: no end. */
  readonly stepsWanted: number;
}

/** `lives` says whether the process of this machine that wrote a status is still there. */
export function runState(evidence: RunEvidence, nowMs = Date.now(), lives = processLives): RunState {
  const { status, updatedAtMs, agentSteps, stepsWanted } = evidence;
  if (status !== undefined && status.state !== 'running') return status.state;
  if (status?.host === hostname()) return lives(status) ? 'running' : 'interrupted';
  if (status === undefined && stepsWanted > 0 && agentSteps >= stepsWanted) return 'finished';
  const heardOfAtMs = Math.max(updatedAtMs ?? 0, status?.updatedAtMs ?? 0);
  return nowMs - heardOfAtMs < silentMs ? 'running' : 'interrupted';
}

/** Clocks may be set while a process runs. */
const clockErrorMs = 60_000;

/** A process that began after the status was written has only its number in common with the run's: after a restart of the machine, say. */
function processLives({ pid, updatedAtMs }: RunStatus): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const startedAtMs = processStartedAtMs(pid);
  return startedAtMs === undefined || startedAtMs < updatedAtMs + clockErrorMs;
}

/** Undefined where the system does not say. Source: proc(5), field 22 of /proc/<pid>/stat, in hundredths of a second since the boot. */
function processStartedAtMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses, which may hold anything.
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))![1]);
    return Number.isNaN(ticks) ? undefined : bootSeconds * 1000 + ticks * 10;
  } catch {
    return undefined;
  }
}
