/** `--network NAME|FILE` and `--best`: a network by its name, or weights to begin with. */
import { existsSync } from 'node:fs';
import { networkNames } from '../agent/options.ts';
import { UserError } from '../errors.ts';
import { didYouMean, type LooseConfiguration } from '../run/resolve.ts';

/** A network's name is the field `network`; a .safetensors file or a run's folder is `initialWeights`. Throws UserError for neither. */
export function networkValues(text: string, written: string): LooseConfiguration {
  const names: readonly string[] = networkNames;
  if (names.includes(text)) return { network: text };
  if (text.endsWith('.safetensors') || existsSync(text)) return { initialWeights: text };
  throw new UserError(
    `${written}: "${text}" is neither a network nor a file or folder with weights.${didYouMean(text, names)}`,
    `Networks: ${names.join(', ')}.`,
  );
}

/** After `--best` stand one of these, or nothing: with `--network FILE` it means the best weights of that run. */
export const bestTexts: Readonly<Record<string, LooseConfiguration>> = {
  ...{ '': { initialBest: true }, true: { initialBest: true }, 1: { initialBest: true } },
  ...{ false: { initialBest: false }, 0: { initialBest: false } },
  ...{ training: { best: 'training' }, evaluation: { best: 'evaluation' } },
};
