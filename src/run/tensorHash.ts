/** The SHA-256 of weights, as a run prints it. Apart from the format (safetensors.ts), which browsers read too. */
import { createHash } from 'node:crypto';
import { bytesOf, type StoredTensor } from '../agent/safetensors.ts';

/**
 * SHA-256, hex, of the tensors' bytes one after another, in the order given: of the data part of the file that holds them.
 * Weights are hashed in the network's order: conv1.weight, conv1.bias, conv2.weight…
 */
export function hashTensors(tensors: readonly StoredTensor[]): string {
  const hash = createHash('sha256');
  for (const { data } of tensors) hash.update(bytesOf(data));
  return hash.digest('hex');
}
