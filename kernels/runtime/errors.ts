/**
 * What can go wrong between the kernels and the GPU, as typed errors. Each says what was tried, what was expected and what came, and
 * carries a `hint`: what to do about it, a full sentence.
 * Leaves out: mistakes in what the user gave (src/errors.ts) and the search for the reason why there is no adapter (diagnosis.ts).
 */

/** The base of all errors of the runtime. */
export class GpuError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** No WebGPU adapter, or not the one that was asked for. */
export class NoAdapterError extends GpuError {
  /** What was found when looking for the reason, and what the Vulkan loader printed; one line each. */
  readonly findings: readonly string[];

  constructor(message: string, hint: string, findings: readonly string[] = []) {
    super(message, hint);
    this.findings = findings;
  }
}

/** WGSL that does not compile. The message opens with `file:line:column` and shows the source line with a caret below. */
export class ShaderError extends GpuError {
  readonly file: string;
  /** Counts from 1; 0 when the compiler named no place. */
  readonly line: number;
  /** UTF-16 code units, counts from 1; 0 when the compiler named no place. */
  readonly column: number;

  constructor(file: string, line: number, column: number, reason: string, source: string) {
    const sourceLine = source.split('\n')[line - 1];
    const where = line > 0 ? `${file}:${line}:${column}` : file;
    // Tabs before the caret are kept, so that it lands below its character at any tab width.
    const caret = sourceLine === undefined ? '' : `${sourceLine.slice(0, column - 1).replace(/[^\t]/g, ' ')}^`;
    super(
      `${where}: ${reason}${sourceLine === undefined ? '' : `\n  ${sourceLine}\n  ${caret}`}`,
      'Correct the shader at this place.',
    );
    this.file = file;
    this.line = line;
    this.column = column;
  }
}

/** A call that WebGPU's rules or ours forbid: wrong bindings, a kernel that is not compiled, too much data. */
export class ValidationError extends GpuError {
  constructor(message: string, hint = 'This is a mistake in the calling code; the message names the call.') {
    super(message, hint);
  }
}

/** More was asked for than the device allows. */
export class LimitError extends GpuError {
  /** WebGPU's name of the limit, for example `maxStorageBufferBindingSize`. */
  readonly limit: string;
  readonly needed: number;
  readonly available: number;

  constructor(what: string, limit: string, needed: number, available: number, hint: string) {
    super(`${what}: needs ${limit} ${needed}, this adapter has ${available}`, hint);
    this.limit = limit;
    this.needed = needed;
    this.available = available;
  }
}

/** The device has no memory left for a buffer or an operation. */
export class OutOfMemoryError extends GpuError {
  constructor(message: string) {
    super(
      `the GPU is out of memory: ${message}`,
      'Lower --batch-size, close other programs that use the GPU, or choose another adapter.',
    );
  }
}

/** The device is gone: driver reset, GPU unplugged, or `destroy()`. Nothing on it can be read any more. */
export class DeviceLostError extends GpuError {
  readonly reason: GPUDeviceLostReason;

  constructor(reason: GPUDeviceLostReason, message: string) {
    super(
      `the GPU device was lost (${reason}): ${message.trim()}`,
      reason === 'destroyed'
        ? 'The device was closed before this call; open a new one with openGpu().'
        : 'Resume the run from its last checkpoint; if it happens again, look for GPU faults in the system log (`dmesg`).',
    );
    this.reason = reason;
  }
}

/** The typed form of an error that the device reported. `doing` is prefixed when given. */
export function fromDeviceError(error: GPUError, doing = ''): GpuError {
  const message = `${doing === '' ? '' : `${doing}: `}${error.message.trim()}`;
  if (error instanceof GPUOutOfMemoryError) return new OutOfMemoryError(message);
  if (error instanceof GPUValidationError) return new ValidationError(message);
  return new GpuError(message, 'The driver failed inside; update it, or choose another adapter with WGSL_DQN_ADAPTER.');
}
