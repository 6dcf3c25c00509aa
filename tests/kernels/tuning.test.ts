/** Measuring variants: that what is measured is what the agent runs, on tensors that are freed again; who wins; what a budget does. */
import { describe, expect, test } from 'bun:test';
import { fill } from '../../kernels/fill.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { type PassOnShape, passesOf, passKey } from '../../kernels/tuning/passes.ts';
import { filledTensor, tunedOperations } from '../../kernels/tuning/trialTensors.ts';
import { fastest, measuredChoices, variantTimes } from '../../kernels/tuning/tuner.ts';
import { type ChooseVariant, contenders, likelyVariants, type Variant, variantNames } from '../../kernels/variant.ts';
import { architecture } from '../../src/agent/architecture.ts';
import { Learner } from '../../src/agent/learner.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import { visitTraining } from '../../src/agent/passes.ts';
import { Policy } from '../../src/agent/policy.ts';
import { agentOptions } from '../../src/run/configuration.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { runCalls, testGpu } from '../support/kernelTest.ts';

const small = architecture('nips2013', 36, 2, 3);

describe('the passes that are measured ahead', () => {
  test.each([
    ['nature', 84, 4],
    ['nips2013', 36, 2],
  ] as const)('are those that the agent asks for: %s', async (network, observationSize, stack) => {
    const gpu = await testGpu();
    const shape = architecture(network, observationSize, stack, 6);
    const asked = new Set<string>();
    const choose: ChooseVariant = (all, extents, options) => {
      asked.add(passKey(all, extents as object));
      return likelyVariants(gpu)(all, extents, options);
    };
    const flags = { network, observationSize, stack, batchSize: 8, resize: 'area' };
    const options = agentOptions(resolveConfiguration({ game: 'pong', flags }));
    const online = new ParameterSet(gpu, shape, 'online');
    new Learner(gpu, online, options, choose);
    new Policy(gpu, online, observationSize, stack, choose);
    const ahead = passesOf(gpu, (ask) => visitTraining(shape, 8, ask));
    expect(ahead.map(({ key }) => key).sort()).toEqual([...asked].sort());
    // Every one has tensors to be measured on, and belongs to the shaders whose change makes measuring begin anew.
    for (const { flops, pass } of ahead) {
      expect(flops).toBeGreaterThan(0);
      expect(tunedOperations).toContain(pass.split('.')[0]);
    }
  });

  test('stand once each, under names of their own', async () => {
    const gpu = await testGpu();
    const visit = (ask: ChooseVariant): void => visitTraining(small, 8, ask);
    const again: (ask: ChooseVariant) => ChooseVariant = (ask) => (all, extents, options) =>
      ask(all, extents, { ...options, label: 'again' });
    const passes = passesOf(gpu, (ask) => [visit(ask), visit(again(ask))]);
    const keys = passes.map(({ key }) => key);
    expect(passes.map(({ label }) => label)).not.toContain('again');
    // Forward and backward of four layers, the first without the gradient of its input; forward of one state.
    expect(keys.length).toBe(4 + 7 + 4);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('linear.forward batch=8 inputs=256 outputs=3');
  });

  test('run on tensors of their own, which are freed', async () => {
    const gpu = await testGpu();
    const before = gpu.allocatedBytes;
    const trials = passesOf(gpu, (ask) => visitTraining(small, 3, ask)).map((pass) => ({ pass, trial: pass.trial() }));
    const calls = trials.flatMap(({ pass, trial }) => pass.contenders.map((variant) => trial.calls(variant)));
    await runCalls(gpu, calls.flat());
    for (const call of calls.flatMap((ofPass) => ofPass.slice(-1))) {
      for (const { tensor } of call.bindings.filter(({ access }) => access === 'readwrite')) {
        const values = await gpu.readF32(tensor);
        expect(values.every(Number.isFinite)).toBe(true);
        expect(values.some((value) => value !== 0)).toBe(true);
      }
    }
    for (const { trial } of trials) trial.free();
    expect(gpu.allocatedBytes).toBe(before);
  });

  test('have values of their type: no zeros all over, no frame that is not there', async () => {
    const gpu = await testGpu();
    const floats = await gpu.readF32(filledTensor(gpu, 'floats', [5000]));
    expect(Math.max(...floats)).toBeLessThanOrEqual(0.5);
    expect(Math.min(...floats)).toBeLessThan(-0.4);
    expect(floats.filter((value) => value > 0).length).toBeGreaterThan(2000);
    const numbers = await gpu.readU32(filledTensor(gpu, 'numbers', [5000], 'u32', 7));
    expect([...new Set(numbers)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const bytes = await gpu.readU8(filledTensor(gpu, 'bytes', [5000], 'u8'));
    expect(new Set(bytes).size).toBe(256);
  });
});

describe('who wins', () => {
  test.each([
    [{ panel8: 1, subgroup8: 2 }, 'panel8'],
    [{ panel8: 2, subgroup8: 1 }, 'subgroup8'],
    // Less than 5 % faster is noise: the likelier one stays.
    [{ panel8: 1, subgroup8: 0.951 }, 'panel8'],
    [{ panel8: 1, subgroup8: 0.949 }, 'subgroup8'],
    [{ panel8: 1, subgroup8: 0.96, generic: 0.93 }, 'generic'],
    [{ subgroup8: 1, generic: 0.96 }, 'subgroup8'],
    [{ generic: 5 }, 'generic'],
    [{}, undefined],
  ] as const)('%p: %p', (ms, variant) => {
    expect(fastest(['panel8', 'subgroup8', 'generic'], ms)).toBe(variant);
  });

  test('contenders: where subgroups have 8 invocations, only variants for that', () => {
    const lavapipe = { hasSubgroups: true, adapter: { info: { subgroupMinSize: 8, subgroupMaxSize: 8 } } } as Gpu;
    const hardware = { hasSubgroups: true, kind: 'hardware', adapter: { info: { subgroupMinSize: 32 } } } as Gpu;
    expect(contenders(lavapipe, ['panel8', 'subgroup8', 'generic', 'tiled'])).toEqual(['panel8', 'subgroup8']);
    expect(contenders(lavapipe, ['subgroup8', 'generic'])).toEqual(['subgroup8']);
    expect(contenders(lavapipe, ['generic', 'tiled'])).toEqual(['generic']);
    expect(contenders(hardware, ['tiled', 'generic'])).toEqual(['tiled', 'generic']);
  });
});

/** A pass whose variants fill so many elements each, so that it is known which is the fastest. */
function fillingPass(
  gpu: Gpu,
  elements: Partial<Record<Variant, number>>,
  flops: number,
  begun: number[],
): PassOnShape {
  const variants = variantNames.filter((variant) => variant in elements);
  return {
    ...{
      key: `fill ${flops}`,
      pass: 'fill',
      label: 'fill',
      batch: 1,
      shape: '',
      flops,
      variants,
      contenders: variants,
      halves: undefined,
    },
    trial() {
      begun.push(flops);
      const made = gpu.tensor('filled', [2 ** 22]);
      return {
        calls: (variant): KernelCall[] => {
          const count = elements[variant]!;
          const [call] = fill({ output: { ...made, shape: [Math.abs(count)], byteLength: 4 * Math.abs(count) } });
          return [count < 0 ? { ...call, constants: { ...call.constants, NO_SUCH_CONSTANT: 1 } } : call];
        },
        free: () => gpu.free(made),
      };
    },
  };
}

describe('measuring', () => {
  const [slow, fast, broken] = [2 ** 22, 64, -64];

  test('finds the fastest, wherever it stands', async () => {
    const gpu = await testGpu();
    const before = gpu.allocatedBytes;
    for (const elements of [
      { generic: slow, tiled: fast },
      { generic: slow, tiled: slow, subgroup8: fast },
    ]) {
      const choices = await measuredChoices(gpu, [fillingPass(gpu, elements, 1, [])], Number.POSITIVE_INFINITY);
      const { variant, ms } = choices.get('fill 1')!;
      expect(elements[variant as keyof typeof elements]).toBe(fast);
      expect(Object.keys(ms)).toEqual(Object.keys(elements));
      expect(ms.generic!).toBeGreaterThan(ms[variant]!);
    }
    expect(gpu.allocatedBytes).toBe(before);
  });

  test('takes the passes with the most arithmetic first and begins none after its budget', async () => {
    const gpu = await testGpu();
    const begun: number[] = [];
    const passes = [3, 1, 2].map((flops) => fillingPass(gpu, { generic: slow, tiled: fast }, flops, begun));
    await measuredChoices(gpu, passes, Number.POSITIVE_INFINITY);
    expect(begun).toEqual([3, 2, 1]);
    begun.length = 0;
    // Measuring one takes longer than that.
    const choices = await measuredChoices(gpu, passes, 5);
    expect(begun).toEqual([3]);
    expect(choices.get('fill 3')!.variant).toBe('tiled');
    expect(choices.get('fill 2')).toEqual({ variant: 'generic', ms: {} });
    expect(choices.get('fill 1')).toEqual({ variant: 'generic', ms: {} });
  });

  test('does not run what is alone', async () => {
    const gpu = await testGpu();
    const begun: number[] = [];
    const choices = await measuredChoices(gpu, [fillingPass(gpu, { tiled: fast }, 1, begun)], Number.POSITIVE_INFINITY);
    expect(choices.get('fill 1')).toEqual({ variant: 'tiled', ms: {} });
    expect(begun).toEqual([]);
  });

  test('leaves out a variant that the device refuses, and goes on', async () => {
    const gpu = await testGpu();
    const pass = fillingPass(gpu, { generic: slow, tiled: broken, subgroup8: fast }, 1, []);
    const times = await variantTimes(gpu, pass, pass.contenders);
    expect(Object.keys(times)).toEqual(['generic', 'subgroup8']);
    const choices = await measuredChoices(gpu, [fillingPass(gpu, { generic: broken, tiled: slow }, 1, [])], 1000);
    expect(choices.get('fill 1')!.variant).toBe('tiled');
    gpu.check();
  });
});
