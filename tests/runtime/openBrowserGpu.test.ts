/**
 * What a browser's GPU needs beside Bun's, without a browser: shaders that come later, and words for those who have no WebGPU. The browser
 * itself: tests/browser/portable.browser.ts.
 */
import { afterEach, expect, test } from 'bun:test';
import { chooseAdapter } from '../../kernels/runtime/adapter.ts';
import { NoAdapterError } from '../../kernels/runtime/errors.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { openBrowserGpu } from '../../kernels/runtime/openBrowserGpu.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import type { ShaderReader } from '../../kernels/runtime/pipelines.ts';
import { embedShaders, ownShaders, shadersIn } from '../../kernels/runtime/shaderFiles.ts';
import { countCall, failureOf } from './fixtures/device.ts';

const fixtures = shadersIn(new URL('./fixtures/shaders/', import.meta.url));
const counting = fixtures.read('count.wgsl');
const own = ownShaders();
const scope = globalThis as { isSecureContext?: boolean };

afterEach(() => {
  delete scope.isSecureContext;
  embedShaders(Object.fromEntries(own.names().map((name) => [name, own.read(name)])));
});

/** As in a browser, on the adapter of the other tests. */
function browserGpu(shaders: ShaderReader): Promise<Gpu> {
  const gpu = { requestAdapter: async () => (await chooseAdapter()).adapter };
  return openBrowserGpu({ shaders, gpu: gpu as unknown as GPU });
}

test('shaders that come later are asked for once each, and run', async () => {
  const asked: string[] = [];
  const gpu = await browserGpu(async (file) => {
    asked.push(file);
    await Bun.sleep(5);
    return fixtures.read(file);
  });
  const data = gpu.tensor('data', [70], 'u32');
  const kernels = [gpu.dispatch(countCall(data, 3)), gpu.dispatch(countCall(data, 4))];
  await gpu.compiled();
  gpu.run(kernels);
  expect(new Set(await gpu.readU32(data))).toEqual(new Set([7]));
  expect(asked).toEqual(['count.wgsl']);
  expect(gpu.provider).toEqual({ name: 'browser', version: '', fixedLimits: {} });
  gpu.destroy();
});

test('a shader that does not come is asked for again', async () => {
  let failures = 2;
  const gpu = await browserGpu(async (file) => {
    if (failures-- > 0) throw new Error('no connection');
    return fixtures.read(file);
  });
  const data = gpu.tensor('data', [70], 'u32');
  for (let failure = 0; failure < 2; failure++) {
    gpu.dispatch(countCall(data));
    expect((await failureOf(() => gpu.compiled())).message).toBe('shaders/count.wgsl cannot be read: no connection');
  }
  const kernel = gpu.dispatch(countCall(data));
  await gpu.compiled();
  gpu.run([kernel]);
  expect((await gpu.readU32(data))[69]).toBe(1);
  gpu.destroy();
});

test('a shader that is there at once begins to compile within the call', async () => {
  const gpu = await openGpu({ shaders: fixtures.read });
  const { createComputePipelineAsync } = gpu.device;
  let compiling = 0;
  gpu.device.createComputePipelineAsync = (descriptor) => {
    compiling++;
    return createComputePipelineAsync.call(gpu.device, descriptor);
  };
  gpu.dispatch(countCall(gpu.tensor('data', [70], 'u32')));
  expect(compiling).toBe(1);
  await gpu.compiled();
  gpu.destroy();
});

test.each([
  ['no WebGPU', undefined, undefined, 'this browser has no WebGPU', 'Chrome and Edge'],
  ['a page over HTTP', undefined, false, 'over HTTPS or from this machine', 'http://localhost'],
  ['no adapter', { requestAdapter: async () => null }, true, 'offers no GPU', 'graphics acceleration'],
] as const)('%s: what it is and what helps', async (_, gpu, isSecureContext, message, hint) => {
  if (isSecureContext !== undefined) scope.isSecureContext = isSecureContext;
  const error = await failureOf(() => openBrowserGpu({ shaders: () => '', gpu: gpu as GPU | undefined }));
  expect(error).toBeInstanceOf(NoAdapterError);
  expect(error.message).toContain(message);
  expect(error.hint).toContain(hint);
});

test('a program may bring its shaders along in itself', async () => {
  embedShaders({ 'count.wgsl': counting });
  expect(ownShaders().names()).toEqual(['count.wgsl']);
  const gpu = await openGpu();
  const data = gpu.tensor('data', [70], 'u32');
  const kernel = gpu.dispatch(countCall(data, 2));
  await gpu.compiled();
  gpu.run([kernel]);
  expect((await gpu.readU32(data))[69]).toBe(2);
  gpu.dispatch({ ...countCall(data), shader: 'constructor' });
  expect((await failureOf(() => gpu.compiled())).message).toBe(
    'shaders/constructor.wgsl cannot be read: constructor.wgsl is not among the 1 shaders of this program',
  );
  gpu.destroy();
});
