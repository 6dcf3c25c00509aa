/** Every typed error of the runtime, provoked for real where the device can be made to fail, and what still works afterwards. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { checkCall } from '../../kernels/runtime/bindings.ts';
import { FailureWatch } from '../../kernels/runtime/device.ts';
import type { Access, KernelCall } from '../../kernels/runtime/dispatch.ts';
import {
  DeviceLostError,
  fromDeviceError,
  LimitError,
  OutOfMemoryError,
  ShaderError,
  ValidationError,
} from '../../kernels/runtime/errors.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import { countCall, countKernel, failureOf, ownGpu } from './fixtures/device.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await ownGpu();
});
afterAll(() => gpu.destroy());

/** A call of the counting shader with some of it replaced. */
const changed = (change: Partial<KernelCall>): KernelCall => ({
  ...countCall(gpu.tensor('data', [64], 'u32')),
  ...change,
});

describe('shader errors', () => {
  test('name file, line and column and show the source line with a caret', async () => {
    gpu.dispatch(changed({ shader: 'typo', constants: {} }));
    const error = await failureOf(() => gpu.compiled());
    expect(error).toBeInstanceOf(ShaderError);
    expect(error).toMatchObject({ file: 'shaders/typo.wgsl', line: 6, column: 25 });
    const [where, source, caret] = error.message.split('\n');
    expect(where).toBe("shaders/typo.wgsl:6:25: unresolved value 'valeu'");
    expect(source).toBe('  \toutput[id.x] = /* é */ valeu;');
    // Below the first letter of the misspelt word, the tab kept.
    expect(caret).toBe(`  \t${' '.repeat(23)}^`);
  });

  test('come again for a second call of the same shader', async () => {
    gpu.dispatch(changed({ shader: 'typo', constants: {} }));
    expect(await failureOf(() => gpu.compiled())).toBeInstanceOf(ShaderError);
  });

  test('leave no error behind on the device', () => {
    gpu.check();
  });

  test('a constant that the shader does not have is a validation error that names it', async () => {
    gpu.dispatch(changed({ constants: { STEPS: 2 } }));
    const error = await failureOf(() => gpu.compiled());
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.message).toContain('count by 1 (shaders/count.wgsl)');
    expect(error.message).toContain('STEPS');
  });

  test('a binding of another kind than the shader declares is a validation error', async () => {
    const tensor = gpu.tensor('data', [64], 'u32');
    gpu.dispatch(changed({ bindings: [{ tensor, access: 'read' }] }));
    expect(await failureOf(() => gpu.compiled())).toBeInstanceOf(ValidationError);
  });

  test('a file that is not there is named', async () => {
    gpu.dispatch(changed({ shader: 'absent' }));
    expect((await failureOf(() => gpu.compiled())).message).toContain('shaders/absent.wgsl cannot be read');
  });
});

describe('checks before dispatch', () => {
  const part = (tensor: Tensor, offset: number, byteLength: number): Tensor => ({ ...tensor, offset, byteLength });
  const bind = (tensors: readonly Tensor[], access: readonly Access[]): KernelCall =>
    changed({ bindings: tensors.map((tensor, index) => ({ tensor, access: access[index] })) });

  test('a tensor larger than the largest buffer', async () => {
    const most = gpu.device.limits.maxBufferSize;
    const error = await failureOf(() => gpu.tensor('huge', [Math.floor(most / 16) * 4 + 4]));
    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ limit: 'maxBufferSize', available: most });
  });

  test('a binding larger than the largest binding, and not one that just fits', () => {
    const { limits } = gpu.device;
    const narrow = { ...limitsOf(limits), maxStorageBufferBindingSize: 1024 };
    checkCall(countCall(gpu.tensor('fits', [256], 'u32')), narrow);
    expect(() => checkCall(countCall(gpu.tensor('large', [257], 'u32')), narrow)).toThrow(
      'count by 1, binding 0 (large): needs maxStorageBufferBindingSize 1028, this adapter has 1024',
    );
  });

  test('65,535 workgroups pass, 65,536 do not', async () => {
    expect(gpu.device.limits.maxComputeWorkgroupsPerDimension).toBe(65_535);
    gpu.dispatch(changed({ workgroups: [1, 65_535, 1] }));
    const error = await failureOf(() => gpu.dispatch(changed({ workgroups: [1, 65_536, 1] })));
    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ needed: 65_536, available: 65_535 });
    await gpu.compiled();
  });

  test.each([0, -1, 1.5, Number.NaN])('%p workgroups', (count) => {
    expect(() => gpu.dispatch(changed({ workgroups: [count, 1, 1] }))).toThrow(ValidationError);
  });

  test('a constant that is not finite', () => {
    expect(() => gpu.dispatch(changed({ constants: { STEP: Number.NaN } }))).toThrow('the constant STEP is NaN');
  });

  test('an empty tensor', () => {
    expect(() => gpu.tensor('none', [3, 0])).toThrow('the shape [3, 0] holds no elements');
  });

  test('an offset that is not aligned, and a range past the end of the buffer', () => {
    const whole = gpu.tensor('whole', [1024], 'u32');
    gpu.dispatch(bind([part(whole, 256, 256)], ['readwrite']));
    const misaligned = gpu.device.limits.minStorageBufferOffsetAlignment / 2;
    expect(() => gpu.dispatch(bind([part(whole, misaligned, 256)], ['readwrite']))).toThrow('is no multiple of');
    expect(() => gpu.dispatch(bind([part(whole, 3840, 512)], ['readwrite']))).toThrow(
      'bytes 3840 to 4352 of a buffer of 4096',
    );
  });

  test('one buffer read and written in one kernel; two written ranges that overlap', () => {
    const whole = gpu.tensor('whole', [1024], 'u32');
    const halves = [part(whole, 0, 2048), part(whole, 2048, 2048)];
    expect(() => gpu.dispatch(bind(halves, ['readwrite', 'read']))).toThrow('both lie in one buffer');
    checkCall(bind(halves, ['readwrite', 'readwrite']), gpu.device.limits);
    expect(() => gpu.dispatch(bind([part(whole, 0, 2304), halves[1]], ['readwrite', 'readwrite']))).toThrow('overlap');
  });

  test('more storage buffers than a shader can have', () => {
    const most = gpu.device.limits.maxStorageBuffersPerShaderStage;
    const tensors = Array.from({ length: most + 1 }, (_, index) => gpu.tensor(`t${index}`, [4]));
    const access = tensors.map((): Access => 'readwrite');
    checkCall(bind(tensors.slice(1), access), gpu.device.limits);
    expect(() => gpu.dispatch(bind(tensors, access))).toThrow(LimitError);
  });

  test('a kernel that is not compiled names compiled()', async () => {
    const dispatch = gpu.dispatch(changed({ constants: { STEP: 77 } }));
    const error = await failureOf(() => gpu.run([dispatch]));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.hint).toContain('gpu.compiled()');
    await gpu.compiled();
    gpu.run([dispatch]);
  });

  test('more data than the tensor holds; copies between different lengths', () => {
    const small = gpu.tensor('small', [4]);
    expect(() => gpu.write(small, new Float32Array(5))).toThrow('write to small: 20 bytes into 16');
    expect(() => gpu.copy(small, gpu.tensor('other', [8]))).toThrow('copy small to other: 16 bytes into 32');
  });
});

describe('errors that no call waits for', () => {
  test('a validation error is thrown at the next read, once; then the data can still be read and saved', async () => {
    const own = await ownGpu();
    const data = own.tensor('data', [64], 'u32');
    const kernel = await countKernel(own, data);
    own.run([kernel]);
    // Past the end of the buffer.
    own.device.queue.writeBuffer(data.buffer, 256, new Uint32Array(1));
    const error = await failureOf(() => own.readU32(data));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.message).toContain('256');
    expect((await own.readU32(data))[63]).toBe(1);
    own.check();
    own.destroy();
  });

  test('out of memory', () => {
    // A software adapter backs buffers by memory that it does not touch, so that it never runs out; the event is made by hand.
    let report: (event: unknown) => void = () => {};
    const device = {
      addEventListener: (_: string, listener: typeof report) => {
        report = listener;
      },
      lost: new Promise(() => {}),
    };
    const watch = new FailureWatch(device as unknown as GPUDevice);
    watch.take();
    report({ error: new GPUOutOfMemoryError('no room for the buffer "replay"') });
    expect(watch.pending).toBe(true);
    expect(() => watch.take()).toThrow(OutOfMemoryError);
    watch.take();
    // What comes later is reported as itself, not as what was taken before.
    report({ error: new GPUValidationError('something else') });
    expect(() => watch.take()).toThrow('something else');
    expect(fromDeviceError(new GPUOutOfMemoryError('x')).hint).toContain('--batch-size');
  });

  test('a lost device: reads on their way, later reads and later runs all say so', async () => {
    const own = await ownGpu();
    const data = own.tensor('data', [64], 'u32');
    const kernel = await countKernel(own, data);
    const reader = own.readback(data);
    reader.submit([kernel]);
    // Behind the runtime's back, as a driver reset would.
    own.device.destroy();
    const errors = [
      await failureOf(() => reader.next()),
      await failureOf(() => own.readU32(data)),
      await failureOf(() => own.run([kernel])),
      await failureOf(() => own.check()),
      await failureOf(() => reader.submit([kernel])),
    ];
    for (const error of errors) expect(error).toBeInstanceOf(DeviceLostError);
    expect(own.failures.lost?.reason).toBe('destroyed');
  });

  test('destroy() makes every later call throw at once', async () => {
    const own = await ownGpu();
    own.destroy();
    expect(() => own.run([])).toThrow(DeviceLostError);
    expect(() => own.check()).toThrow('destroy() was called');
  });
});

/** The limits as an object of its own; the device's is a native one that spreads to nothing. */
function limitsOf(limits: GPUSupportedLimits): GPUSupportedLimits {
  const copy: Record<string, unknown> = {};
  for (const name in limits) copy[name] = limits[name as keyof GPUSupportedLimits];
  return copy as unknown as GPUSupportedLimits;
}
