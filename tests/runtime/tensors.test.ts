/** Writing to a part of a tensor, and tensors for which there may be no room. */
import { expect, test } from 'bun:test';
import { ValidationError } from '../../kernels/runtime/errors.ts';
import { testGpu } from '../support/kernelTest.ts';
import { gpuWithMemory } from '../support/replay.ts';

test('a write from a place on changes what lies there and nothing else, up to the last byte', async () => {
  const gpu = await testGpu();
  const bytes = gpu.tensor('bytes', [12], 'u8');
  gpu.write(bytes, new Uint8Array(12).fill(1));
  gpu.write(bytes, Uint8Array.of(7, 8, 9, 10), 4);
  expect([...(await gpu.readU8(bytes))]).toEqual([1, 1, 1, 1, 7, 8, 9, 10, 1, 1, 1, 1]);
  gpu.write(bytes, new Uint8Array(8).fill(3), 4);
  expect([...(await gpu.readU8(bytes))]).toEqual([1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3]);
  // In a tensor that lies behind others, its own end counts.
  const part = { ...bytes, name: 'part', shape: [4], offset: 4, byteLength: 4 };
  expect(() => gpu.write(part, new Uint8Array(4), 4)).toThrow(ValidationError);
  expect(() => gpu.write(part, new Uint8Array(4), 4)).toThrow('write to part: 8 bytes into 4');
  gpu.write(part, Uint8Array.of(5, 6, 7, 8), 0);
  expect([...(await gpu.readU8(bytes))]).toEqual([1, 1, 1, 1, 5, 6, 7, 8, 3, 3, 3, 3]);
});

test('a tensor without room is undefined, takes nothing, and is no failure of the device', async () => {
  const gpu = gpuWithMemory(await testGpu(), 64);
  const whole = await gpu.tensorIfRoom('whole', [16]);
  expect(whole?.byteLength).toBe(64);
  expect(await gpu.tensorIfRoom('more', [1])).toBeUndefined();
  expect(gpu.allocatedBytes).toBe(64);
  gpu.check();
  gpu.free(whole!);
  expect(gpu.allocatedBytes).toBe(0);
  expect(await gpu.tensorIfRoom('again', [16])).toBeDefined();
});
