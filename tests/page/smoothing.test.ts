/** Smoothing over x: debiased, the same however densely a curve is sampled. */
import { describe, expect, test } from 'bun:test';
import { reachOf, smoothed } from '../../src/page/curves/smoothing.ts';

const evenly = (length: number, step = 1) => Array.from({ length }, (_, index) => index * step);

describe('smoothing', () => {
  test('of an evenly spaced curve is the debiased exponential mean', () => {
    const y = [3, -1, 4, 1, -5, 9];
    const kept = Math.exp(-1 / 2);
    let moment = 0;
    const expected = y.map((value, index) => {
      moment = kept * moment + (1 - kept) * value;
      return moment / (1 - kept ** (index + 1));
    });
    const got = smoothed(evenly(y.length), y, 2) as number[];
    for (const [index, value] of expected.entries()) expect(got[index]).toBeCloseTo(value, 12);
    expect(got[0]).toBe(3);
  });

  test('leaves a constant as it is, wherever its points lie', () => {
    for (const value of smoothed([0, 1, 5, 5.5, 90], [7, 7, 7, 7, 7], 3)) expect(value).toBeCloseTo(7, 12);
  });

  test('of a curve sampled ten times as densely has the same shape', () => {
    const shape = (x: number) => (x < 50 ? 0 : 1);
    const [coarse, dense] = [1, 0.1].map((step) => {
      const x = evenly(100 / step, step);
      return smoothed(x, x.map(shape), 10) as number[];
    });
    for (const x of [49, 55, 60, 70, 99]) expect(Math.abs(coarse[x] - dense[x * 10])).toBeLessThan(0.06);
    expect(coarse[60]).toBeGreaterThan(0.5);
    expect(coarse[60]).toBeLessThan(0.8);
  });

  test('goes over gaps, and a reach of 0 changes nothing', () => {
    expect(smoothed([0, 1, 2], [1, null, 3], 1)[1]).toBeNull();
    const y = [1, null, 3];
    expect(smoothed([0, 1, 2], y, 0)).toBe(y);
    expect(reachOf(0)).toBe(0);
    expect(reachOf(100)).toBeCloseTo(0.2, 12);
  });
});
