/**
 * How large a network's weights and their gradients are, layer by layer: computed on the GPU, one small readback. Biases are left out.
 * Source: what DeepMind's DQN reports at progress (reference algorithms.md, A.14).
 */
import { magnitudes } from '../../kernels/magnitudes.ts';
import type { Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { elementCount, type Tensor, tensorAlignment } from '../../kernels/runtime/tensor.ts';
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

export class LayerStatisticsReader {
  readonly #gpu: Gpu;
  readonly #layers: readonly string[];
  /** The weights' [layers][mean, maximum], and the gradients' `#stride` elements on. */
  readonly #results: Tensor;
  readonly #stride: number;
  readonly #steps: readonly Step[];

  /** Of parameters and gradients of one architecture. Await `gpu.compiled()` before the first `read`. */
  constructor(gpu: Gpu, parameters: ParameterSet, gradients: ParameterSet) {
    const { layers } = parameters.architecture;
    const shape = [layers.length, 2];
    const ranges = gpu.tensor('layerStatistics.ranges', shape, 'u32');
    gpu.write(ranges, Uint32Array.from(layers.flatMap(({ weight }) => [weight.offset, elementCount(weight.shape)])));
    const byteLength = 4 * elementCount(shape);
    const strideBytes = Math.ceil(byteLength / tensorAlignment) * tensorAlignment;
    const results = gpu.tensor('layerStatistics', [(2 * strideBytes) / 4]);
    const calls = [parameters, gradients].flatMap(({ all }, i) =>
      magnitudes({ values: all, ranges, output: { ...results, shape, offset: i * strideBytes, byteLength } }),
    );
    this.#gpu = gpu;
    this.#layers = layers.map(({ layer }) => layer.name);
    this.#results = results;
    this.#stride = strideBytes / 4;
    this.#steps = bind(gpu, calls);
  }

  /** Of all that was submitted before. */
  async read(): Promise<LayerStatistics[]> {
    this.#gpu.run(this.#steps);
    const results = await this.#gpu.readF32(this.#results);
    return this.#layers.map((layer, i) => {
      const [meanAbsWeight, maxAbsWeight] = results.subarray(2 * i);
      const [meanAbsGradient, maxAbsGradient] = results.subarray(this.#stride + 2 * i);
      return { layer, meanAbsWeight, maxAbsWeight, meanAbsGradient, maxAbsGradient };
    });
  }
}
