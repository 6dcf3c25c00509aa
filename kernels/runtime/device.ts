/**
 * The device: which features and limits are asked for, and what happens to errors that no call waits for.
 * Leaves out: pipelines and buffers.
 */
import type { ChosenAdapter } from './adapterInfo.ts';
import { DeviceLostError, fromDeviceError, type GpuError, LimitError } from './errors.ts';

/** Taken where the adapter has them; kernels ask `gpu.device.features` before they rely on one. */
export const wantedFeatures: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query', 'shader-f16'];

/** Raised to what the adapter has. WebGPU's defaults (128 MiB bindings, 16 KiB of workgroup memory) are too small for some kernels. */
export const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxStorageBuffersPerShaderStage',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** What the kernels cannot do without: WebGPU's defaults, which every adapter of the standard has. */
const neededLimits: Partial<Record<keyof GPUSupportedLimits, number>> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
};

/** A new device of the adapter. Rejects with `LimitError` or another `GpuError`. */
export async function requestDevice({ adapter, provider }: ChosenAdapter): Promise<GPUDevice> {
  for (const [limit, needed] of Object.entries(neededLimits)) {
    const available = adapter.limits[limit as keyof GPUSupportedLimits] as number;
    if (available < needed) {
      throw new LimitError('this adapter', limit, needed, available, 'Choose another adapter with WGSL_DQN_ADAPTER.');
    }
  }
  return adapter.requestDevice({
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: {
      ...provider.fixedLimits,
      ...Object.fromEntries(raisedLimits.map((limit) => [limit, adapter.limits[limit]])),
    },
  });
}

/**
 * Remembers errors that the device reports outside of any error scope, and its loss. A validation or memory error is handed out once,
 * so that a run that ends because of it can still read its weights and save; a lost device stays lost.
 */
export class FailureWatch {
  /** Whether there is something for `take`: all that is looked at in the training loop. */
  pending = false;
  #failure: GpuError | undefined;
  #lost: DeviceLostError | undefined;

  constructor(device: GPUDevice) {
    const listener = (event: Event): void => {
      // Otherwise the provider prints it as well.
      event.preventDefault?.();
      this.report(fromDeviceError((event as GPUUncapturedErrorEvent).error));
    };
    device.addEventListener('uncapturederror', listener);
    void device.lost.then((info) => this.#markLost(new DeviceLostError(info.reason ?? 'unknown', info.message)));
  }

  /** The loss of the device, once it has happened. */
  get lost(): DeviceLostError | undefined {
    return this.#lost;
  }

  /** Keeps the first error: the ones after it are mostly its consequences. */
  report(failure: GpuError): void {
    this.#failure ??= failure;
    this.pending = true;
  }

  /** Called by `destroy()`, since the device's own promise settles only later. */
  markDestroyed(): void {
    this.#markLost(new DeviceLostError('destroyed', 'destroy() was called'));
  }

  /** Throws what is pending. */
  take(): void {
    if (!this.pending) return;
    const failure = this.#failure ?? this.#lost;
    this.#failure = undefined;
    this.pending = this.#lost !== undefined;
    throw failure;
  }

  #markLost(error: DeviceLostError): void {
    this.#lost ??= error;
    this.pending = true;
  }
}
