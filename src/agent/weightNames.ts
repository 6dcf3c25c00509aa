/**
 * The tensors of a network under the names of another program, found by their shapes: `network.0.weight` (CleanRL),
 * `q_net.features_extractor.cnn.0.weight` (Stable-Baselines3), `features.0.weight`, `conv.0.weight`… The layouts are PyTorch's.
 */
import type { Architecture } from './architecture.ts';
import { fileTensors, type NamedArray } from './weights.ts';

/** A tensor of a file, of whatever type. */
export interface ForeignArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/**
 * `arrays` under this network's names, for `fromNamedArrays`. A file with our names is taken as it is. Otherwise each weight is the one
 * tensor of its shape, and its bias stands beside it, `x.bias` beside `x.weight`; a target network in the same file, whose names have
 * `target` in them, is left out.
 * Throws RangeError naming the tensor that no tensor of the file can be, that several can be, or that is left over.
 */
export function withOurNames(architecture: Architecture, arrays: readonly ForeignArray[]): NamedArray[] {
  const wanted = fileTensors(architecture);
  const floats = arrays.filter((array): array is NamedArray => array.data instanceof Float32Array);
  if (wanted.every(({ name }) => arrays.some((array) => array.name === name))) return floats;

  const left = new Set(withoutTarget(floats));
  const named: NamedArray[] = [];
  let weight = '';
  for (const { name, shape } of wanted) {
    const fitting = [...left].filter((array) => array.shape.join() === shape.join());
    const bias = name.endsWith('.bias') && weight.endsWith('weight') ? weight.replace(/weight$/, 'bias') : undefined;
    const [found, ...others] = bias === undefined ? fitting : fitting.filter((array) => array.name === bias);
    const what = `[${shape.join(', ')}], as ${name} must be`;
    if (found === undefined) throw new RangeError(`no tensor ${bias === undefined ? '' : `${bias} `}is ${what}`);
    if (others.length > 0) {
      const names = [found, ...others].map((array) => array.name).sort();
      throw new RangeError(`the tensors ${names.join(' and ')} are all ${what}`);
    }
    if (!name.endsWith('.bias')) weight = found.name;
    left.delete(found);
    named.push({ ...found, name });
  }
  const [stranger] = left;
  if (stranger !== undefined) {
    throw new RangeError(`the tensor ${stranger.name} [${stranger.shape.join(', ')}] is of no layer of this network`);
  }
  return named;
}

function withoutTarget(arrays: readonly NamedArray[]): readonly NamedArray[] {
  const online = arrays.filter(({ name }) => !/target/i.test(name));
  return online.length > 0 ? online : arrays;
}
