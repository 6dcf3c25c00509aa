/** What a training run is given, and how it ends. Leaves out: the run (training.ts). */
import type { Decider } from '../agent/decision.ts';
import type { Dqn } from '../agent/dqn.ts';
import type { Environment } from '../agent/environment.ts';
import type { CartridgeIdentity, LoadedCheckpoint } from './checkpoint.ts';
import type { Configuration } from './configuration.ts';
import type { KernelRecord } from './kernelChoices.ts';
import type { WatchedAgent, WatchedScreen } from './live/liveOutput.ts';
import type { Display } from './progress.ts';
import type { RunStatusFile } from './runStatus.ts';
import type { KeepingAgent } from './trainingBest.ts';
import type { EvaluatedAgent } from './trainingEvaluation.ts';

/** What a run needs of an agent. */
export type TrainableAgent = EvaluatedAgent &
  KeepingAgent &
  WatchedAgent &
  Decider &
  Pick<Dqn, 'step' | 'statistics' | 'layerStatistics' | 'keepsGradients' | 'weights' | 'save' | 'restore'> & {
    readonly replay: Pick<Dqn['replay'], 'header' | 'chunks' | 'restore'>;
  };

/** `steps` and `target` are ends that the configuration names; `stopped` was asked for from outside. */
export type RunEnd = 'steps' | 'target' | 'stopped';

/** Asks a run to end; looked at between steps. */
export interface Stop {
  readonly requested: boolean;
}

export interface TrainingOptions {
  readonly agent: TrainableAgent;
  readonly configuration: Configuration;
  readonly cartridge: CartridgeIdentity;
  /** Where evaluations play; not the agent's. Needed where the configuration asks for evaluations. */
  readonly evaluationEnvironment?: Environment;
  /** The agent's screen and that of evaluations, for recordings and for those who watch. */
  readonly screen?: WatchedScreen;
  readonly evaluationScreen?: WatchedScreen;
  /** Is told now and then that the run goes on. */
  readonly status?: Pick<RunStatusFile, 'update'>;
  /** Which variant of each pass runs, for the run to go on with. */
  readonly kernels?: KernelRecord;
  readonly runFolder: string;
  readonly display: Display;
  /** Throws what the GPU has reported meanwhile; asked between steps and before anything is saved. */
  readonly check?: () => void;
  /** The checkpoint that the agent was restored from. */
  readonly resumedFrom?: Pick<LoadedCheckpoint, 'run' | 'path' | 'weightsSha256'>;
}
