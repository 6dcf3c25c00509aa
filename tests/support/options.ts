/** Options that tests begin with: the small network, one-step targets, Adam; nobody's quirks. */
import { commonAgent, type DqnOptions } from '../../src/agent/options.ts';
import { commonEnvironment, type EnvironmentOptions } from '../../src/env/options.ts';

export const plainEnvironment: EnvironmentOptions = { ...commonEnvironment };

export const plainAgent: DqnOptions = {
  ...commonAgent,
  seed: 1,
  network: 'nips2013',
  observationSize: 84,
  stack: 4,
  stackPadding: 'zero',
  historyType: 'linear',
  historySpacing: 1,
  storage: 'f32',
};
