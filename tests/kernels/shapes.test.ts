import { describe, expect, test } from 'bun:test';
import { invocationGrid, workgroupGrid } from '../../kernels/grid.ts';
import { expectRange, wholeVec4s } from '../../kernels/shapes.ts';
import { testGpu } from '../support/kernelTest.ts';

describe('dispatch geometry', () => {
  test('holds what is asked for, on both sides of the limit of one axis', () => {
    expect(workgroupGrid(1)).toEqual([1, 1, 1]);
    expect(workgroupGrid(65535)).toEqual([65535, 1, 1]);
    expect(workgroupGrid(65536)).toEqual([65535, 2, 1]);
    expect(workgroupGrid(65535 * 65535)).toEqual([65535, 65535, 1]);
    expect(invocationGrid(64)).toEqual([1, 1, 1]);
    expect(invocationGrid(65)).toEqual([2, 1, 1]);
    expect(invocationGrid(17, 8)).toEqual([3, 1, 1]);
  });

  test('refuses none, and more than two axes hold', () => {
    expect(() => workgroupGrid(0)).toThrow('no dispatch has 0 workgroups');
    expect(() => workgroupGrid(65535 * 65535 + 1)).toThrow(RangeError);
  });
});

describe('wholeVec4s', () => {
  test('moves the end to a multiple of 16 bytes', async () => {
    const gpu = await testGpu();
    for (const [elements, bytes] of [
      [1, 16],
      [4, 16],
      [5, 32],
    ]) {
      const tensor = gpu.tensor('t', [elements]);
      const whole = wholeVec4s('test', tensor);
      expect(whole.byteLength).toBe(bytes);
      expect(whole.shape).toEqual([elements]);
    }
  });

  test('refuses a tensor whose buffer ends before', async () => {
    const gpu = await testGpu();
    const tensor = gpu.tensor('t', [5]);
    const tail = { ...tensor, shape: [65], byteLength: 65 * 4 };
    expect(() => wholeVec4s('test', tail)).toThrow('the buffer of t ends inside its last vec4');
  });
});

test('a range includes its ends and excludes NaN', () => {
  expectRange('test', 'x', 0, 0, 1);
  expectRange('test', 'x', 1, 0, 1);
  expect(() => expectRange('test', 'x', 1.01, 0, 1)).toThrow('test: x is 1.01, expected 0 to 1');
  expect(() => expectRange('test', 'x', Number.NaN, 0, 1)).toThrow('x is NaN');
});
