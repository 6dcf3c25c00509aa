/** The presets by name: data over the defaults of the configuration (runFields.ts, environmentFields.ts, agentFields.ts). */
import { cleanrl, dopamine, sb3 } from './presets/libraries.ts';
import type { Preset } from './presets/preset.ts';
import { deepmindSmall, graetzSmall, lapanSmall, pongCpu, quick } from './presets/small.ts';
import { deepmind, graetz, lapan } from './presets/systems.ts';

export type { Preset };

export const presetNames = [
  ...(['deepmind', 'lapan', 'graetz', 'cleanrl', 'sb3', 'dopamine'] as const),
  ...(['quick', 'pong-cpu', 'deepmind-small', 'lapan-small', 'graetz-small'] as const),
] as const;
export type PresetName = (typeof presetNames)[number];

export const presets: Readonly<Record<PresetName, Preset>> = {
  ...{ deepmind, lapan, graetz, cleanrl, sb3, dopamine, quick },
  ...{ 'pong-cpu': pongCpu, 'deepmind-small': deepmindSmall, 'lapan-small': lapanSmall, 'graetz-small': graetzSmall },
};

/** The preset of a game for which the default one is nothing: `catch` has no FIRE, which a FIRE start needs. */
export const gamePresets: Readonly<Record<string, PresetName>> = { catch: 'quick' };
