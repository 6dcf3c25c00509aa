/** Whether a run goes on, from what its folder says (status.json, metrics.jsonl) and from whether its process lives. */
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

/** `lives` says of a process of this machine whether it is there. */
export function runState(evidence: RunEvidence, nowMs = Date.now(), lives = processLives): RunState {
  const { status, updatedAtMs, agentSteps, stepsWanted } = evidence;
  if (status !== undefined && status.state !== 'running') return status.state;
  const heardOfAtMs = Math.max(updatedAtMs ?? 0, status?.updatedAtMs ?? 0);
  const isHeardOf = nowMs - heardOfAtMs < silentMs;
  if (status === undefined && stepsWanted > 0 && agentSteps >= stepsWanted) return 'finished';
  if (status?.host === hostname()) return lives(status.pid) ? 'running' : 'interrupted';
  return isHeardOf ? 'running' : 'interrupted';
}

function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
