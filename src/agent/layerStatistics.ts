/**
 * How large a network's weights and their gradients are, layer by layer: computed on the GPU, one small readback. Biases are left out.
 * Source: what DeepMind's DQN reports at progress (reference algorithms.md, A.14).
 */
import { type Reduction, reduce, reducePartials } from '../../kernels/reduce.ts';
import type { Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { elementCount, type Tensor } from '../../kernels/runtime/tensor.ts';
import { bind, type ParameterSet } from './network.ts';

/** Means and maxima of magnitudes. */
export interface LayerStatistics {
  /** For example `conv1`. */
  readonly layer: string;
  readonly meanAbsWeight: number;
  readonly maxAbsWeight: number;
  readonly meanAbsGradient: number;
  readonly maxAbsGradient: number;
}

const reductions: readonly Reduction[] = ['meanAbsolute', 'maxAbsolute'];

export class LayerStatisticsReader {
  readonly #gpu: Gpu;
  readonly #layers: readonly string[];
  /** [layers][weight, gradient][mean, maximum]. */
  readonly #results: Tensor;
  readonly #steps: readonly Step[];

  /** Of parameters and gradients of one architecture. Await `gpu.compiled()` before the first `read`. */
  constructor(gpu: Gpu, parameters: ParameterSet, gradients: ParameterSet) {
    const { layers } = parameters.architecture;
    const weights = layers.map(({ weight }) => weight);
    const inputs = weights.flatMap((weight) => [parameters.tensor(weight), gradients.tensor(weight)]);
    const partialCount = Math.max(1, ...weights.map(({ shape }) => reducePartials(elementCount(shape))));
    const partials = gpu.tensor('layerStatistics.partials', [partialCount]);
    const output = gpu.tensor('layerStatistics', [inputs.length * reductions.length]);
    const calls = inputs.flatMap((input, i) =>
      reductions.flatMap((reduction, j) =>
        reduce({ reduction, input, output, at: i * reductions.length + j, partials }),
      ),
    );
    this.#gpu = gpu;
    this.#layers = layers.map(({ layer }) => layer.name);
    this.#results = output;
    this.#steps = bind(gpu, calls);
  }

  /** Of all that was submitted before. */
  async read(): Promise<LayerStatistics[]> {
    this.#gpu.run(this.#steps);
    const results = await this.#gpu.readF32(this.#results);
    return this.#layers.map((layer, i) => {
      const [meanAbsWeight, maxAbsWeight, meanAbsGradient, maxAbsGradient] = results.subarray(4 * i, 4 * i + 4);
      return { layer, meanAbsWeight, maxAbsWeight, meanAbsGradient, maxAbsGradient };
    });
  }
}
