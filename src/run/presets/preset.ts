/** What a preset is. The values that most of them share stand with their types: src/env/options.ts, src/agent/options.ts. */
import type { DqnOptions } from '../../agent/options.ts';
import type { EnvironmentOptions } from '../../env/options.ts';
import type { Configuration } from '../configuration.ts';

type Stated = Omit<EnvironmentOptions & DqnOptions, 'seed' | 'storage'>;
type OfRun = Omit<Configuration, keyof Stated | 'game' | 'preset' | 'protocol' | 'seed' | 'storage'>;

/**
 * Every value of environment and agent, the ones that equal a default too, so that a preset stays what it is when a default changes;
 * and those of the run that belong to it.
 */
export type PresetValues = Stated & Partial<OfRun>;

export interface Preset {
  /** One sentence without a full stop: what it reproduces or is for. */
  readonly about: string;
  readonly values: PresetValues;
}
