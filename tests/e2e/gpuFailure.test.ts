/** A device that fails in the middle of a run: the run ends at once, with a line that says what is saved; nothing saved is touched. */
import { afterAll, expect, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ValidationError } from '../../kernels/runtime/errors.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import { Dqn } from '../../src/agent/dqn.ts';
import { runTraining } from '../../src/cli/trainRun.ts';
import { UserError } from '../../src/errors.ts';
import { agentOptions, environmentOptions } from '../../src/run/configuration.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { createRunFolder, openCheckpoint } from '../../src/run/runFolder.ts';
import { readRunStatus } from '../../src/run/runStatus.ts';
import { loadCartridge, openEnvironment } from '../../src/run/session.ts';
import { temporaryFolder } from './cli.ts';

const { folder, remove } = temporaryFolder('gpu-failure');
afterAll(remove);

/** Trains until `fail` has done its work after the checkpoint at step 80; resolves to the run folder and the error's line. */
async function failing(name: string, fail: (gpu: Gpu) => void): Promise<{ runFolder: string; line: string }> {
  const configuration = resolveConfiguration({
    game: 'catch',
    flags: {
      ...{ preset: 'quick', observationSize: 36, batchSize: 8, learnStart: 40, replayCapacity: 250, out: folder, name },
      ...{ steps: 5_000, checkpointEvery: 80, logEverySeconds: 1_000 },
    },
  });
  const cartridge = loadCartridge(configuration);
  const gpu = await openGpu();
  const { environment } = openEnvironment(cartridge, environmentOptions(configuration), 1);
  const agent = await Dqn.create(gpu, environment, agentOptions(configuration));
  const runFolder = createRunFolder(configuration, { cartridge: {}, adapter: null, command: [] });
  const timer = setInterval(() => {
    if (agent.counters.agentSteps < 100) return;
    clearInterval(timer);
    fail(gpu);
  }, 1);
  try {
    const identity = { title: 'Catch', md5: cartridge.md5, bytes: 2048 };
    await runTraining(gpu, agent, { configuration, cartridge: identity, runFolder });
    throw new Error('the run ended as if nothing had happened');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(agent.counters.agentSteps).toBeLessThan(5_000);
    return { runFolder, line: `${error.message} ${error.hint}` };
  } finally {
    gpu.destroy();
  }
}

test('a lost device: the last checkpoint is named and whole', async () => {
  const { runFolder, line } = await failing('lost', (gpu) => gpu.device.destroy());
  const newest = readdirSync(join(runFolder, 'checkpoints')).sort().at(-1)!;
  expect(line).toContain('the GPU device was lost');
  expect(line).toContain(`The last checkpoint is ${join(runFolder, 'checkpoints', newest)}`);
  expect(line).toContain(`bun run train --resume ${runFolder}`);
  expect(openCheckpoint(runFolder).agent.counters.agentSteps % 80).toBe(0);
  expect(existsSync(join(runFolder, 'rescued.safetensors'))).toBe(false);
  expect(readRunStatus(runFolder)).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('device was lost'),
  });
});

test('a failure that leaves the device alive: its weights are kept beside the checkpoints', async () => {
  const { runFolder, line } = await failing('error', (gpu) =>
    gpu.failures.report(new ValidationError('a wrong binding')),
  );
  expect(line).toStartWith('a wrong binding. ');
  expect(line).toContain(`The weights of this moment are in ${join(runFolder, 'rescued.safetensors')}`);
  expect(openCheckpoint(runFolder).agent.counters.agentSteps % 80).toBe(0);
});
