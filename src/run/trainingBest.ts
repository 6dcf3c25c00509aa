/** The best weights of a run so far: kept on the GPU when they are found, in best.safetensors soon after. */
import { join } from 'node:path';
import type { Dqn } from '../agent/dqn.ts';
import { encodeSafetensors } from '../agent/safetensors.ts';
import type { Configuration } from './configuration.ts';
import { writeAtomically } from './files.ts';

export type KeepingAgent = Pick<Dqn, 'counters' | 'keepWeights' | 'keptWeights'>;

export class BestWeights {
  readonly #agent: KeepingAgent;
  readonly #configuration: Configuration;
  readonly #path: string;
  #mean: number | null;
  /** Until best.safetensors has the kept weights: the step at which they were kept. */
  #unwritten: { readonly agentSteps: number } | undefined;

  /** `mean` is that of the file in `runFolder`, where there is one. */
  constructor(agent: KeepingAgent, configuration: Configuration, runFolder: string, mean: number | null) {
    this.#agent = agent;
    this.#configuration = configuration;
    this.#path = join(runFolder, 'best.safetensors');
    this.#mean = mean;
  }

  /** The mean reward at which they were kept; null where none were. */
  get mean(): number | null {
    return this.#mean;
  }

  /** Keeps the agent's weights of this moment, whatever came before. */
  keep(mean: number): void {
    this.#mean = mean;
    this.#agent.keepWeights();
    this.#unwritten = { agentSteps: this.#agent.counters.agentSteps };
  }

  /** The same where `mean` is the highest so far, and says whether it is. */
  keepIfBetter(mean: number): boolean {
    if (this.#mean !== null && mean <= this.#mean) return false;
    this.keep(mean);
    return true;
  }

  /** Writes best.safetensors where it is not up to date; `check` throws what speaks against it. Throws UserError where it cannot be written. */
  async write(check: (() => void) | undefined): Promise<void> {
    if (this.#unwritten === undefined) return;
    const { game, best } = this.#configuration;
    const tensors = await this.#agent.keptWeights();
    check?.();
    const metadata = {
      format: 'pt',
      game,
      agentSteps: String(this.#unwritten.agentSteps),
      [best === 'training' ? 'meanReward100' : 'evaluationReward']: String(this.#mean),
    };
    writeAtomically(this.#path, ...encodeSafetensors({ tensors, metadata }));
    this.#unwritten = undefined;
  }
}
