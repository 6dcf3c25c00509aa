/** Epsilon and the learning rate of the three systems at the corners of their schedules, worked by hand. */
import { describe, expect, test } from 'bun:test';
import { epsilonAt, learningRateAt } from '../../src/agent/schedule.ts';
import { deepmind, graetz, lapan } from '../../src/run/presets/systems.ts';

describe('epsilonAt', () => {
  test('DeepMind: 1 until 50,000 steps, then linear to 0.1 over 1,000,000, then constant', () => {
    const at = (agentSteps: number) => epsilonAt(deepmind.values, agentSteps);
    expect(at(0)).toBe(1);
    expect(at(49_999)).toBe(1);
    // ep_end + (ep - ep_end) (ep_endt - max(0, numSteps - learn_start)) / ep_endt = 0.1 + 0.9 (1e6 - 0) / 1e6
    expect(at(50_000)).toBe(1);
    // 0.1 + 0.9 * 999,999 / 1e6
    expect(at(50_001)).toBeCloseTo(0.9999991, 12);
    // 0.1 + 0.9 * 500,000 / 1e6
    expect(at(550_000)).toBeCloseTo(0.55, 12);
    // 0.1 + 0.9 * 1 / 1e6
    expect(at(1_049_999)).toBeCloseTo(0.1000009, 12);
    expect(at(1_050_000)).toBe(0.1);
    expect(at(50_000_000)).toBe(0.1);
  });

  test('Lapan: linear from 1 to 0.02 over the first 100,000 steps, from step 0', () => {
    const at = (agentSteps: number) => epsilonAt(lapan.values, agentSteps);
    expect(at(0)).toBe(1);
    // 1 - 0.98 / 100,000
    expect(at(1)).toBeCloseTo(0.9999902, 12);
    // 1 - 0.98 / 10: learning starts here, and the decay does not care.
    expect(at(10_000)).toBeCloseTo(0.902, 12);
    expect(at(50_000)).toBeCloseTo(0.51, 12);
    expect(at(99_999)).toBeCloseTo(0.0200098, 12);
    expect(at(100_000)).toBe(0.02);
    expect(at(1_000_000)).toBe(0.02);
  });

  test('Graetz: 1 until 50,000 steps, 0.1 at 1,050,000, then linear to 0.01 at 25,000,000', () => {
    const at = (agentSteps: number) => epsilonAt(graetz.values, agentSteps);
    expect(at(50_000)).toBe(1);
    expect(at(550_000)).toBeCloseTo(0.55, 12);
    expect(at(1_050_000)).toBe(0.1);
    // The second piece has 25,000,000 - 1,050,000 = 23,950,000 steps for 0.09.
    expect(at(1_050_001)).toBeCloseTo(0.1 - 0.09 / 23_950_000, 15);
    // Half of them: (0.1 + 0.01) / 2.
    expect(at(13_025_000)).toBeCloseTo(0.055, 12);
    expect(at(25_000_000)).toBe(0.01);
    expect(at(40_000_000)).toBe(0.01);
  });

  test('without a decay it has its end at once, from learning on or from the start', () => {
    const options = { ...graetz.values, epsilonDecaySteps: 0, epsilonFinal: null };
    expect(epsilonAt(options, 0)).toBe(0.1);
    expect(epsilonAt({ ...options, epsilonDecayFrom: 'start' }, 0)).toBe(0.1);
    // A second piece that ends before the first does is none: its end follows.
    expect(epsilonAt({ ...graetz.values, epsilonFinalStep: 1000 }, 1_049_999)).toBeGreaterThan(0.1);
    expect(epsilonAt({ ...graetz.values, epsilonFinalStep: 1000 }, 1_050_000)).toBe(0.01);
  });
});

describe('learningRateAt', () => {
  test('DeepMind: linear from lr to lr_end over lr_endt steps after learn_start, then constant', () => {
    const values = { ...deepmind.values, learningRateEnd: 0.00005 };
    const at = (agentSteps: number) => learningRateAt(values, agentSteps);
    expect(at(1)).toBe(0.00025);
    expect(at(50_000)).toBe(0.00025);
    // (lr - lr_end) (lr_endt - (numSteps - learn_start)) / lr_endt + lr_end = 0.0002 * 750,000 / 1e6 + 0.00005
    expect(at(300_000)).toBeCloseTo(0.0002, 15);
    // 0.0002 * 1 / 1e6 + 0.00005
    expect(at(1_049_999)).toBeCloseTo(0.0000500002, 15);
    expect(at(1_050_000)).toBe(0.00005);
    expect(at(9_000_000)).toBe(0.00005);
  });

  test('without an end it stays', () => {
    for (const agentSteps of [0, 50_000, 1_000_000, 50_000_000]) {
      expect(learningRateAt(deepmind.values, agentSteps)).toBe(0.00025);
    }
  });
});
